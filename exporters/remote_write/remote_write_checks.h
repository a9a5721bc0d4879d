#pragma once

#include <string>
#include <vector>

#include <narthex/labels.h>
#include <narthex/remote_write_exporter.h>

#include "push/push_log.h"

namespace narthex::detail {

inline constexpr std::string_view kRemoteWriteExporter = "remote write exporter";  // in messages

// Throws OptionsError, and quotes the invalid value.
void check(const RemoteWriteOptions& options);

// Returns the labels of all series: job, instance, and the external ones.
Labels series_labels(const RemoteWriteOptions& options);

// Returns the headers of each request. Logs and leaves out those that the protocol sets.
std::vector<std::string> request_headers(const RemoteWriteOptions& options, const PushLog& log);

}  // namespace narthex::detail
