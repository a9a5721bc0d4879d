#include <narthex/http_metrics.h>

#include <new>

#include "instrumentation/http_state.h"

namespace narthex {

HttpMetrics::HttpMetrics(const Registry& registry, HttpMetricsOptions options)
    : state_(detail::HttpState::make(registry, std::move(options))) {}

HttpRequest HttpMetrics::start(std::string_view method, std::string_view path) const noexcept {
  if (!state_) return {};
  path = path.substr(0, path.find('?'));
  if (state_->ignores(path)) return {};
  return {*state_, state_->series(method, path)};
}

HttpRequest::HttpRequest(detail::HttpState& state, detail::HttpSeries& series) noexcept
    : state_(&state), series_(&series), start_(std::chrono::steady_clock::now()) {
  state.begin();
}

HttpRequest& HttpRequest::operator=(HttpRequest&& other) noexcept {
  HttpRequest moved(std::move(other));
  std::swap(state_, moved.state_);
  std::swap(series_, moved.series_);
  std::swap(start_, moved.start_);
  return *this;
}

void HttpRequest::finish(int code, HttpSizes sizes, ExemplarLabels exemplar) noexcept {
  if (!state_) return;
  const std::chrono::duration<double> duration = std::chrono::steady_clock::now() - start_;
  try {
    state_->count(*series_, code, duration.count(), exemplar);
    state_->observe(sizes);
  } catch (const std::bad_alloc&) {  // no memory for a new series: the request is not counted
  }
  cancel();
}

void HttpRequest::cancel() noexcept {
  if (state_) std::exchange(state_, nullptr)->end();
}

}  // namespace narthex
