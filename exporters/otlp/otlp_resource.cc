#include "otlp/otlp_resource.h"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>  // program_invocation_short_name
#include <memory>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <narthex/error.h>
#include <narthex/version.h>
#include <protozero/basic_pbf_writer.hpp>

#include "otlp/attributes.h"
#include "otlp/protozero_buffer.h"
#include "push/valid_utf8.h"

namespace narthex::detail::otlp {

namespace {

std::string new_uuid() {
  std::array<unsigned char, 16> bytes{};
  while (::getrandom(bytes.data(), bytes.size(), 0) < 0) {
    if (errno != EINTR) throw SystemError("otlp exporter: random bytes", {errno, std::generic_category()});
  }
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);  // version 4
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);  // the variant of RFC 9562
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", bytes[i]);
  }
  return text;
}

// The id of a process. It is not freed, because the caller has a reference to it. There is no lock, which a fork could
// leave locked.
struct InstanceId {
  pid_t process;
  std::string text;
  const InstanceId* of_parent;  // keeps it reachable for leak checkers
};

// Returns attributes that are valid and sorted, each with another name.
LabelText checked(std::string_view option, const Labels& attributes) try {
  return LabelText::of(attributes);
} catch (const LabelError& error) {
  throw OptionsError(fmt::format("otlp exporter: {}: {}", option, error.what()));
}

// Adds attributes whose names are not there yet.
void add_missing(Labels& to, const Labels& from) {
  for (const auto& attribute : from) {
    const auto is_same = [&](const auto& other) { return other.first == attribute.first; };
    if (std::ranges::none_of(to, is_same)) to.push_back(attribute);
  }
}

}  // namespace

const std::string& random_instance_id() {
  static std::atomic<const InstanceId*> newest{nullptr};
  const InstanceId* id = newest.load(std::memory_order_acquire);  // acquire: pairs with the exchange below
  while (id == nullptr || id->process != ::getpid()) {
    auto created = std::make_unique<InstanceId>(InstanceId{.process = ::getpid(), .text = new_uuid(), .of_parent = id});
    // release: the text is complete before another thread sees it. If another thread was faster, its id is used.
    if (newest.compare_exchange_strong(id, created.get(), std::memory_order_acq_rel, std::memory_order_acquire)) {
      id = created.release();
    }
  }
  return id->text;
}

std::string resource_message(const Labels& program, const Labels& environment) {
  static_cast<void>(checked("resource", program));
  Labels all = program;
  add_missing(all, environment);
  add_missing(all, {{"service.name", as_valid_utf8(fmt::format("unknown_service:{}", program_invocation_short_name))},
                    {"service.instance.id", random_instance_id()},
                    {"telemetry.sdk.language", "cpp"},
                    {"telemetry.sdk.name", "narthex"},
                    {"telemetry.sdk.version", kVersion}});
  ByteBuffer message;
  append_attributes(message, resource_field::attributes, checked("resource", all));
  return std::string(message.view());
}

std::string scope_message(const Labels& attributes) {
  ByteBuffer message;
  protozero::basic_pbf_writer<ByteBuffer> scope(message);
  scope.add_string(scope_field::name, "narthex");
  scope.add_string(scope_field::version, kVersion);
  append_attributes(message, scope_field::attributes, checked("scope_attributes", attributes));
  return std::string(message.view());
}

}  // namespace narthex::detail::otlp
