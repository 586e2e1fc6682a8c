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

#endif
