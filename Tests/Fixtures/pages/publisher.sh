# Sourced in an empty folder: the registry `partner`, served as https://registry.example/tools/, with a key in ~/keys.
# `publish --version 1.1.0` brings out another release.
mkdir -p ~/keys
cp -R "$REPOSITORY/Examples/partner-registry" "$SITE/tools"
mmdos registry keygen --publisher --out ~/keys/partner-2026
publish() { mmdos registry publish "$SITE/tools" --key ~/keys/partner-2026.key --key-id partner-2026 "$@"; }
publish --name partner --publisher "Partner Team" --version 1.0.0
