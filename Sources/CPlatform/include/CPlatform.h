// The system calls that Swift's Glibc overlay does not import.
#ifndef CPLATFORM_H
#define CPLATFORM_H

/// Exchanges two names atomically (Linux: renameat2 with RENAME_EXCHANGE; macOS: renameatx_np with
/// RENAME_SWAP). Returns 0, or -1 with errno set; ENOSYS where the system has neither.
int mmdos_rename_exchange(int from_folder, const char *from, int to_folder, const char *to);

/// Flushes the file system that holds `descriptor` (Linux: syncfs). Returns 0, or -1 with errno set;
/// ENOSYS where the system has no such call.
int mmdos_syncfs(int descriptor);

/// The type number that statfs gives the file system that holds `descriptor`; 0 where the system numbers
/// none, -1 with errno set on failure.
long long mmdos_file_system_type(int descriptor);

/// Makes the empty file `to` share the content of `from`, each to be changed on its own from then on (Linux:
/// FICLONE). Returns 0, or -1 with errno set; ENOSYS where the system cannot.
int mmdos_clone_file(int from, int to);

/// Gives the open file `file` one more name, `name` in `folder`, whatever its other names are now (Linux:
/// linkat). Returns 0, or -1 with errno set; ENOSYS where the system cannot.
int mmdos_link_descriptor(int file, int folder, const char *name);

/// Runs a program, found by PATH, in an open folder, without input and with its errors unseen, and waits for it.
/// `arguments` begins with its name and ends with NULL. Returns how many bytes of `buffer` its output filled, or -1
/// with errno set; ECHILD when it did not end with exit code 0.
long long mmdos_program_output(int folder, char *const arguments[], void *buffer, unsigned long long size);

/// Opens a stream socket of an address family that no started program inherits, on which no call waits, and
/// whose closed peer raises no signal where that is a property of the socket. Returns it, or -1 with errno set.
int mmdos_socket(int family);

/// Takes the next connection of a listening socket, with the properties of `mmdos_socket`. Returns it, or -1
/// with errno set.
int mmdos_accept(int listener);

/// Makes two connected sockets with the properties of `mmdos_socket`. Returns 0, or -1 with errno set.
int mmdos_socket_pair(int ends[2]);
/// From now on the first SIGINT or SIGTERM is noted, and one byte can then be read from the descriptor that is
/// returned; every one after it ends the process at once, as if none had ever been caught. Returns -1 with errno set
/// on failure. Only a program calls this, once, never a library.
int mmdos_catch_interruptions(void);

/// The signal that was noted; 0 when none came.
int mmdos_interruption(void);

#endif
