/* A disk that fails on demand: loaded before libc's own calls (LD_PRELOAD) into a real server.
 * The file $FAILING_DISK says how: "<calls> <errno> <part of the path>", such as "read,sync 5 test.db". No file: no fault. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fails(int fd, const char *call) {
  const char *control = getenv("FAILING_DISK");
  if (!control) return 0;
  char text[256], calls[64], part[128], link[64], path[1024];
  int number;
  int from = syscall(SYS_openat, AT_FDCWD, control, O_RDONLY);
  if (from < 0) return 0;
  long length = syscall(SYS_read, from, text, sizeof text - 1);
  syscall(SYS_close, from);
  if (length <= 0) return 0;
  text[length] = 0;
  if (sscanf(text, "%63s %d %127s", calls, &number, part) != 3 || !strstr(calls, call)) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  long size = readlink(link, path, sizeof path - 1);
  if (size <= 0) return 0;
  path[size] = 0;
  if (!strstr(path, part)) return 0;
  errno = number;
  return 1;
}

#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

ssize_t read(int fd, void *to, size_t n) { REAL(read); return fails(fd, "read") ? -1 : real(fd, to, n); }
ssize_t pread(int fd, void *to, size_t n, off_t at) { REAL(pread); return fails(fd, "read") ? -1 : real(fd, to, n, at); }
ssize_t pread64(int fd, void *to, size_t n, off64_t at) { REAL(pread64); return fails(fd, "read") ? -1 : real(fd, to, n, at); }
ssize_t write(int fd, const void *from, size_t n) { REAL(write); return fails(fd, "write") ? -1 : real(fd, from, n); }
ssize_t pwrite(int fd, const void *from, size_t n, off_t at) { REAL(pwrite); return fails(fd, "write") ? -1 : real(fd, from, n, at); }
ssize_t pwrite64(int fd, const void *from, size_t n, off64_t at) { REAL(pwrite64); return fails(fd, "write") ? -1 : real(fd, from, n, at); }
int fsync(int fd) { REAL(fsync); return fails(fd, "sync") ? -1 : real(fd); }
int fdatasync(int fd) { REAL(fdatasync); return fails(fd, "sync") ? -1 : real(fd); }
