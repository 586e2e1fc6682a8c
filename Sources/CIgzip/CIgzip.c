#include "CIgzip.h"

#if __has_include(<isa-l/igzip_lib.h>)

#include <dlfcn.h>
#include <isa-l/igzip_lib.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#define FUNCTIONS(X) X(isal_deflate_init) X(isal_deflate_reset) X(isal_deflate)

#define DECLARE(name) __typeof__(&name) name##_;
static struct {
  FUNCTIONS(DECLARE)
} library;
#undef DECLARE

static int is_ready = 0;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
#if defined(__APPLE__)
  void *handle = dlopen("libisal.2.dylib", RTLD_LAZY | RTLD_LOCAL);
#else
  // The number is that of the interface, which the header above describes.
  void *handle = dlopen("libisal.so.2", RTLD_LAZY | RTLD_LOCAL);
#endif
  if (!handle) return;
#define FIND(name)                                   \
  *(void **)&library.name##_ = dlsym(handle, #name); \
  if (!library.name##_) return;
  FUNCTIONS(FIND)
#undef FIND
  is_ready = 1;
}

int cigzip_load(void) {
  pthread_once(&once, load);
  return is_ready;
}

typedef struct {
  struct isal_zstream stream;
  uint8_t buffer[ISAL_DEF_LVL1_DEFAULT];
} compressor;

static void start(compressor *compressor) {
  compressor->stream.level = 1;
  compressor->stream.level_buf = compressor->buffer;
  compressor->stream.level_buf_size = sizeof compressor->buffer;
  compressor->stream.gzip_flag = IGZIP_ZLIB;
  compressor->stream.flush = NO_FLUSH;
  compressor->stream.end_of_stream = 0;
}

void *cigzip_make(void) {
  compressor *made = calloc(1, sizeof *made);
  if (!made) return NULL;
  library.isal_deflate_init_(&made->stream);
  start(made);
  return made;
}

void cigzip_free(void *stream) { free(stream); }

void cigzip_reset(void *stream) {
  compressor *compressor = stream;
  library.isal_deflate_reset_(&compressor->stream);
  start(compressor);
}

cigzip_result cigzip_step(void *stream, const void *input, size_t count, int is_last, void *output, size_t room) {
  struct isal_zstream *state = &((compressor *)stream)->stream;
  // The type lacks a const; the library only reads there.
  state->next_in = (uint8_t *)(uintptr_t)input;
  state->avail_in = (uint32_t)count;
  state->next_out = output;
  state->avail_out = (uint32_t)room;
  state->end_of_stream = (uint16_t)is_last;
  int code = library.isal_deflate_(state);
  cigzip_result result = {
      .taken = count - state->avail_in,
      .made = room - state->avail_out,
      .is_done = state->internal_state.state == ZSTATE_END,
      .is_error = code != COMP_OK,
  };
  return result;
}

#else

// Built where the header is missing: zlib does all the work.
int cigzip_load(void) { return 0; }
void *cigzip_make(void) { return NULL; }
void cigzip_free(void *stream) { (void)stream; }
void cigzip_reset(void *stream) { (void)stream; }
cigzip_result cigzip_step(void *stream, const void *input, size_t count, int is_last, void *output, size_t room) {
  (void)stream, (void)input, (void)count, (void)is_last, (void)output, (void)room;
  cigzip_result result = {.is_error = 1};
  return result;
}

#endif
