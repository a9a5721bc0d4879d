#include <narthex/detail/creation_time.h>

#include <ctime>

namespace narthex::detail {

CreationTime::Time CreationTime::now() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  return Time(std::chrono::seconds(now.tv_sec) + duration_cast<milliseconds>(std::chrono::nanoseconds(now.tv_nsec)));
}

}  // namespace narthex::detail
