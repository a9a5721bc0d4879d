#pragma once

#include <string>

#include <narthex/labels.h>

namespace narthex::detail::otlp {

// Returns the message Resource: the attributes of the program, then those of the environment that the program does not
// set, then defaults. An attribute with an empty value is left out.
// Throws OptionsError if an attribute of the program is invalid.
std::string resource_message(const Labels& program, const Labels& environment);

// Returns the message InstrumentationScope of narthex, with these attributes.
// Throws OptionsError if one of them is invalid.
std::string scope_message(const Labels& attributes);

// Returns the value of service.instance.id if nothing sets it: a random UUID (version 4), the same for the whole process.
// The child of a fork has another one. Thread safety: may be called concurrently.
// Throws SystemError if the system has no random bytes.
const std::string& random_instance_id();

}  // namespace narthex::detail::otlp
