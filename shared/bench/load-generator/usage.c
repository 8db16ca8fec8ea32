#include "load-generator.h"
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

// Adds the seconds that the scheduler counted for the threads of a process.
static double exact_seconds(int pid) {
  char path[96];
  snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *folder = opendir(path);
  if (folder == NULL) return 0;
  double seconds = 0;
  for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/proc/%d/task/%.16s/schedstat", pid, entry->d_name);
    FILE *file = fopen(path, "r");
    if (file == NULL) continue;
    unsigned long long nanoseconds;
    if (fscanf(file, "%llu", &nanoseconds) == 1) seconds += nanoseconds / 1e9;
    fclose(file);
  }
  closedir(folder);
  return seconds;
}

CpuTime server_cpu_time(void) {
  CpuTime total = {0, 0, 0};
  for (int i = 0; i < options.pid_count; i++) {
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", options.pids[i]);
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL)
      fail("The server process %d is gone.", options.pids[i]);
    fclose(file);
    unsigned long user, system;
    // The name of the process may contain spaces and parentheses.
    const char *fields = strrchr(line, ')') + 2;
    sscanf(fields, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    total.user += (double)user / sysconf(_SC_CLK_TCK);
    total.system += (double)system / sysconf(_SC_CLK_TCK);
    total.exact += exact_seconds(options.pids[i]);
  }
  return total;
}

// Uses the exact count. A thread that ended in between took its count with it; then the exact count
// is lower than the count in clock ticks, which is used instead.
double cpu_seconds_between(CpuTime start, CpuTime end) {
  double ticks = end.user + end.system - start.user - start.system;
  double exact = end.exact - start.exact;
  double tolerance = 0.03 * (1 + options.pid_count);
  return exact <= 0 || exact < ticks - tolerance ? ticks : exact;
}

long server_memory(void) {
  long bytes = 0;
  for (int i = 0; i < options.pid_count; i++) {
    char path[64];
    long size, resident;
    snprintf(path, sizeof path, "/proc/%d/statm", options.pids[i]);
    FILE *file = fopen(path, "r");
    if (file == NULL) fail("The server process %d is gone.", options.pids[i]);
    if (fscanf(file, "%ld %ld", &size, &resident) == 2) bytes += resident * sysconf(_SC_PAGESIZE);
    fclose(file);
  }
  return bytes;
}

double own_cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + microseconds / 1e6;
}
