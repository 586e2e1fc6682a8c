#include "CVersion.h"

// A build that was told nothing is one for development.
#ifndef MMDOS_VERSION
#define MMDOS_VERSION "0.2.0-dev"
#endif

const char *mmdos_version(void) { return MMDOS_VERSION; }
