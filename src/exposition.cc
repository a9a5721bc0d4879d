#include <narthex/exposition.h>

#include "formats/text_writer.h"

namespace narthex {

Exposition expose(const Registry& registry, const ExpositionRequest& /*request*/) {
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
          .content_encoding = {},
          .body = to_text(registry)};
}

std::string to_text(const Registry& registry) {
  std::string text;
  detail::StringOutput output(text);
  detail::TextWriter writer(output);
  registry.collect(writer);
  return text;
}

}  // namespace narthex
