#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(__linux__)
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

#if !defined(__linux__)
/// Gives a new socket what Linux gives it as it is made.
static int prepare(int descriptor) {
  int on = 1;
  int flags = fcntl(descriptor, F_GETFL);
  if (flags >= 0 && fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 &&
      fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 &&
      setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on) == 0)
    return descriptor;
  int code = errno;
  close(descriptor);
  errno = code;
  return -1;
}
#endif

int mmdos_socket(int family) {
#if defined(__linux__)
  return socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
#else
  int descriptor = socket(family, SOCK_STREAM, 0);
  return descriptor < 0 ? descriptor : prepare(descriptor);
#endif
}

int mmdos_accept(int listener) {
#if defined(__linux__)
  return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
#else
  int descriptor = accept(listener, NULL, NULL);
  return descriptor < 0 ? descriptor : prepare(descriptor);
#endif
}

int mmdos_socket_pair(int ends[2]) {
#if defined(__linux__)
  return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends);
#else
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return -1;
  if (prepare(ends[0]) < 0) {
    int code = errno;
    close(ends[1]);
    errno = code;
    return -1;
  }
  if (prepare(ends[1]) < 0) {
    int code = errno;
    close(ends[0]);
    errno = code;
    return -1;
  }
  return 0;
#endif
}
