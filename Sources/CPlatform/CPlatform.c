#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/vfs.h>
#endif

int mmdos_rename_exchange(int from_folder, const char *from, int to_folder, const char *to) {
#if defined(__linux__)
  return renameat2(from_folder, from, to_folder, to, RENAME_EXCHANGE);
#elif defined(__APPLE__)
  return renameatx_np(from_folder, from, to_folder, to, RENAME_SWAP);
#else
  errno = ENOSYS;
  return -1;
#endif
}

int mmdos_syncfs(int descriptor) {
#if defined(__linux__)
  return syncfs(descriptor);
#else
  errno = ENOSYS;
  return -1;
#endif
}

long long mmdos_file_system_type(int descriptor) {
#if defined(__linux__)
  struct statfs information;
  if (fstatfs(descriptor, &information) != 0) return -1;
  return (long long)(unsigned long)information.f_type;
#else
  return 0;
#endif
}
