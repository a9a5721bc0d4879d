#include "otlp/request_writer.h"

#include <utility>

#include "otlp/wire.h"

namespace narthex::detail::otlp {

namespace {

// Returns the sizes of the message of the data and of the metric.
std::pair<std::size_t, std::size_t> sizes_of(const MetricFrame& frame, std::size_t points_size) noexcept {
  const std::size_t data = points_size + frame.tail.size();
  return {data, frame.head.size() + size_of_length(data) + data + frame.metadata.size()};
}

}  // namespace

RequestWriter::RequestWriter(std::string resource, std::string scope, std::size_t max_size)
    : resource_(std::move(resource)), scope_(std::move(scope)), max_size_(max_size), bodies_(1) {}

std::size_t RequestWriter::room() const noexcept { return resource_.size() + scope_.size() + 4 * kMaxLengthSize; }

void RequestWriter::begin() noexcept {
  for (ByteBuffer& body : bodies_) body.clear();
  requests_.clear();
  points_ = 0;
}

std::size_t RequestWriter::size_with(const MetricFrame& frame, std::size_t points_size) const noexcept {
  const ByteBuffer& body = bodies_[requests_.size()];
  return (body.empty() ? room() : body.size()) + kMaxLengthSize + sizes_of(frame, points_size).second;
}

void RequestWriter::add_metric(const MetricFrame& frame, std::string_view data_points, std::uint64_t number_of_points) {
  const auto [data_size, metric_size] = sizes_of(frame, data_points.size());
  ByteBuffer& body = bodies_[requests_.size()];
  if (body.empty()) body.set_end(body.reserve(room()) + room());
  char* end = body.reserve(kMaxLengthSize + metric_size);
  end = put(put_length(end, scope_metrics_field::metrics, metric_size), frame.head);
  end = put(put_length(end, frame.field, data_size), data_points);
  body.set_end(put(put(end, frame.tail), frame.metadata));
  points_ += number_of_points;
}

std::uint64_t RequestWriter::end_request() {
  if (bodies_[requests_.size()].empty()) return 0;
  if (bodies_.size() == requests_.size() + 1) bodies_.emplace_back();
  ByteBuffer& body = bodies_[requests_.size()];
  const std::uint64_t points = std::exchange(points_, 0);
  const std::size_t metrics_size = body.size() - room();
  const std::size_t scope_size = size_of_length(scope_.size()) + scope_.size() + metrics_size;
  const std::size_t resource_size =
      size_of_length(resource_.size()) + resource_.size() + size_of_length(scope_size) + scope_size;
  const std::size_t size = size_of_length(resource_size) + resource_size;
  if (size > max_size_) {
    body = ByteBuffer();  // releases the memory
    return points;
  }
  char* const begin = body.data() + body.size() - size;
  char* end = put_length(begin, request_field::resource_metrics, resource_size);
  end = put(put_length(end, resource_metrics_field::resource, resource_.size()), resource_);
  end = put_length(end, resource_metrics_field::scope_metrics, scope_size);
  static_cast<void>(put(put_length(end, scope_metrics_field::scope, scope_.size()), scope_));
  requests_.push_back({.body = {begin, size}, .points = points});
  return 0;
}

}  // namespace narthex::detail::otlp
