# What most how-to pages begin with, sourced in an empty folder: a project that takes from a publisher.
. "$REPOSITORY/Tests/Fixtures/pages/publisher.sh"
mkdir team
cd team
git init -q
mmdos init --approved
sed -i.bak 's/^allow_remote_registries: false/allow_remote_registries: true/' .ai/policies/registry-policy.yaml
rm .ai/policies/registry-policy.yaml.bak
mmdos registry trust add partner-2026 --file ~/keys/partner-2026.pub --name "Partner Team" --approved
mmdos registry add partner https://registry.example/tools/catalog.yaml --trust-level trusted --approved
