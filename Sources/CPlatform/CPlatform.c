#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#if defined(__linux__)
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
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

int mmdos_clone_file(int from, int to) {
#if defined(__linux__) && defined(FICLONE)
  return ioctl(to, FICLONE, from);
#else
  errno = ENOSYS;
  return -1;
#endif
}

int mmdos_link_descriptor(int file, int folder, const char *name) {
#if defined(__linux__)
  // Without a path: allowed to whoever opened the file (Linux 6.10), or with CAP_DAC_READ_SEARCH.
  if (linkat(file, "", folder, name, AT_EMPTY_PATH) == 0) return 0;
  if (errno != ENOENT && errno != EINVAL) return -1;
  // What open(2) recommends for everyone else.
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  return linkat(AT_FDCWD, path, folder, name, AT_SYMLINK_FOLLOW);
#else
  errno = ENOSYS;
  return -1;
#endif
}
