// The version of the program: scripts/version says it to the build.
#ifndef CVERSION_H
#define CVERSION_H

/// The version as text: letters, digits, `.`, `-` and `+`.
const char *mmdos_version(void);

#endif
