#pragma once

#include <string>

#include <narthex/pushgateway_exporter.h>

namespace narthex::detail {

// Returns the URL of a group: <url>/metrics/job/<job>{/<label>/<value>}. A value that is empty or has a '/' is written
// in base64url behind `<label>@base64`, all others with percent escapes (README of the Pushgateway, "URL").
// Throws OptionsError and quotes what is wrong: a URL of another kind, no job, a label that a group cannot have.
std::string group_url(const PushgatewayOptions& options);

}  // namespace narthex::detail
