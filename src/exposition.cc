#include <narthex/exposition.h>

#include "accept_encoding.h"
#include "formats/gzip_output.h"
#include "formats/text_writer.h"

namespace narthex {

namespace {

void write_text(const Registry& registry, detail::Output& output) {
  detail::TextWriter writer(output);
  registry.collect(writer);
}

}  // namespace

void expose(const Registry& registry, const ExpositionRequest& request, Exposition& reply) {
  reply.content_type = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";
  reply.content_encoding.clear();
  reply.body.clear();
  if (detail::wants_gzip(request.accept_encoding)) {
    detail::GzipOutput output(reply.body);
    write_text(registry, output);
    if (output.finish()) reply.content_encoding = "gzip";
  } else {
    detail::StringOutput output(reply.body);
    write_text(registry, output);
  }
}

Exposition expose(const Registry& registry, const ExpositionRequest& request) {
  Exposition reply;
  expose(registry, request, reply);
  return reply;
}

std::string to_text(const Registry& registry) {
  std::string text;
  detail::StringOutput output(text);
  write_text(registry, output);
  return text;
}

}  // namespace narthex
