#ifndef CIGZIP_H
#define CIGZIP_H

#include <stddef.h>

// zlib streams by ISA-L, which compresses long content several times as fast as zlib. The library is loaded when it is
// first needed, and nothing depends on it: where it is not there, zlib does the work.

/// Whether the library is there. Loads it at the first call, from any thread.
int cigzip_load(void);

/// A compressor; NULL when out of memory. Only where `cigzip_load` said yes.
void *cigzip_make(void);
void cigzip_free(void *stream);

/// Prepares for the next stream.
void cigzip_reset(void *stream);

/// What one step did.
typedef struct {
  size_t taken;
  size_t made;
  /// Whether the stream has ended.
  int is_done;
  int is_error;
} cigzip_result;

/// Compresses the next bytes, as many as the output has room for; the counts must fit into 32 bits.
cigzip_result cigzip_step(void *stream, const void *input, size_t count, int is_last, void *output, size_t room);

#endif
