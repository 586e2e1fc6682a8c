#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

// In C because a handler may call almost nothing (signal-safety(7)), and what Swift calls of its run-time is not seen.

static atomic_int first_signal;
static int wake_end = -1;

static void set_handler(int number, void (*handler)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  // Calls that were interrupted go on: whoever waits long asks whether the work is still wanted.
  action.sa_flags = SA_RESTART;
  sigaction(number, &action, NULL);
}

static void note(int number) {
  int saved = errno;
  int none = 0;
  // The next one finds the system's own action: it kills even if nothing of this program runs any more.
  set_handler(SIGINT, SIG_DFL);
  set_handler(SIGTERM, SIG_DFL);
  if (atomic_compare_exchange_strong(&first_signal, &none, number)) {
    // One byte fits into a new pipe.
    ssize_t ignored = write(wake_end, "", 1);
    (void)ignored;
  } else {
    // Two came at the same moment, on two threads or one within the other.
    raise(number);
  }
  errno = saved;
}

int mmdos_catch_interruptions(void) {
  int ends[2];
  if (pipe(ends) != 0) return -1;
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC);
  wake_end = ends[1];
  set_handler(SIGINT, note);
  set_handler(SIGTERM, note);
  return ends[0];
}

int mmdos_interruption(void) { return atomic_load(&first_signal); }
