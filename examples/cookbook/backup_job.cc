#include <array>
#include <cstdio>
#include <exception>

#include <narthex/narthex.h>
#include <narthex/textfile.h>

// Stands for the job: returns how many records it copied.
double copy_records() { return 1200; }

int main() {
  narthex::Registry run;      // written after every run
  narthex::Registry success;  // written after a successful run only: a failed run keeps the values of the last success
  const narthex::Gauge seconds =
      run.gauge({.name = "backup_duration_seconds", .help = "Duration of the last run in seconds.", .unit = "seconds"});
  const narthex::Gauge succeeded =
      run.gauge({.name = "backup_success", .help = "Whether the last run succeeded: 1 or 0."});
  const narthex::Gauge records =
      success.gauge({.name = "backup_records", .help = "Records that the last successful run copied."});
  const narthex::Gauge finished = success.gauge({.name = "backup_last_success_timestamp_seconds",
                                                 .help = "Time of the last successful run, in seconds since 1970.",
                                                 .unit = "seconds"});
  try {
    records.set(seconds.time(copy_records));
    finished.set_to_current_time();
    succeeded.set(1);
    narthex::write_textfile(success, "backup_success.prom");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "backup: %s\n", error.what());
  }
  narthex::write_textfile(run, "backup.prom");
  std::fputs(narthex::to_text(std::array{run, success}).c_str(), stdout);
  return succeeded.value() == 1 ? 0 : 1;
}
