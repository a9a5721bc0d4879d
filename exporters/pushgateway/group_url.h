#pragma once

#include <string>
#include <string_view>

#include <narthex/detail/export.h>
#include <narthex/pushgateway_exporter.h>

namespace narthex::detail {

// Returns the part of a URL that stands for one label: /<label>/<value>. A value that is empty or has a '/' is written in
// base64url behind `<label>@base64`, all others with percent escapes (README of the Pushgateway, "URL").
NARTHEX_EXPORT std::string group_label(std::string_view label, std::string_view value);

// Returns the URL of a group: <url>/metrics/job/<job>{/<label>/<value>}.
// Throws OptionsError and quotes what is wrong: a URL of another kind, no job, a label that a group cannot have.
std::string group_url(const PushgatewayOptions& options);

}  // namespace narthex::detail
