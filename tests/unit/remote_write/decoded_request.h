#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <narthex/detail/float_text.h>
#include <snappy.h>
#include <protozero/pbf_reader.hpp>

namespace narthex {

// A request of Remote Write, of either version.
struct DecodedRequest {
  std::vector<std::string> symbols{};       // of 2.0
  std::vector<std::uint32_t> references{};  // to them
  std::vector<std::string> series{};        // `a_total{job="j"} 3 1700000060000`, and what else it has
  std::vector<std::string> metadata{};      // of 1.0: `1 a_total 'H.'`
  std::size_t odd_references = 0;           // lists of references that are not pairs

  // All series, one in each line.
  std::string text() const {
    std::string all;
    for (const std::string& line : series) all += line + "\n";
    return all;
  }
};

inline std::string uncompressed(std::string_view body) {
  std::string message;
  if (!snappy::Uncompress(body.data(), body.size(), &message)) throw std::runtime_error("the body is not Snappy");
  return message;
}

// Reads the messages, field by field.
class RequestDecoder {
 public:
  static DecodedRequest v1(std::string_view message) {
    RequestDecoder decoder;
    for (protozero::pbf_reader request(message.data(), message.size()); request.next();) {
      if (request.tag() == 1) {
        decoder.series(request.get_message(), false);
      } else {
        decoder.metadata(request.get_message());
      }
    }
    return std::move(decoder.decoded_);
  }
  static DecodedRequest v2(std::string_view message) {
    RequestDecoder decoder;
    for (protozero::pbf_reader request(message.data(), message.size()); request.next(4);) {
      decoder.decoded_.symbols.push_back(request.get_string());
    }
    for (protozero::pbf_reader request(message.data(), message.size()); request.next(5);) {
      decoder.series(request.get_message(), true);
    }
    return std::move(decoder.decoded_);
  }

 private:
  static std::string number(double value) {
    if (std::bit_cast<std::uint64_t>(value) == 0x7ff0000000000002) return "stale";
    if (std::isnan(value) && std::bit_cast<std::uint64_t>(value) != 0x7ff8000000000001) return "another NaN";
    return (value == 0 && std::signbit(value) ? "-" : "") + detail::float_text(value);
  }

  std::string labels_of_refs(protozero::pbf_reader& message) {
    std::vector<std::string> texts;
    for (const std::uint32_t reference : message.get_packed_uint32()) {
      decoded_.references.push_back(reference);
      texts.push_back(decoded_.symbols.at(reference));
    }
    decoded_.odd_references += texts.size() % 2;
    std::string labels;
    for (std::size_t i = 0; i + 1 < texts.size(); i += 2) add_label(labels, texts[i], texts[i + 1]);
    return labels;
  }
  static void add_label(std::string& labels, const std::string& name, const std::string& value) {
    labels += (labels.empty() ? "" : ",") + name + "=\"" + value + "\"";
  }
  static void label(std::string& labels, protozero::pbf_reader message) {
    std::string name;
    std::string value;
    while (message.next()) {
      std::string& text = message.tag() == 1 ? name : value;
      text = message.get_string();
    }
    add_label(labels, name, value);
  }

  static std::string sample(protozero::pbf_reader message) {
    std::string text;
    while (message.next()) {
      if (message.tag() == 1) {
        text = number(message.get_double());
      } else {
        text += (message.tag() == 2 ? " at " : " from ") + std::to_string(message.get_int64());
      }
    }
    return text;
  }

  std::string exemplar(protozero::pbf_reader message, bool is_v2) {
    std::string labels;
    std::string rest;
    while (message.next()) {
      if (message.tag() == 2) {
        rest += number(message.get_double());
      } else if (message.tag() == 3) {
        rest += " at " + std::to_string(message.get_int64());
      } else if (is_v2) {
        labels = labels_of_refs(message);
      } else {
        label(labels, message.get_message());
      }
    }
    return " # {" + labels + "} " + rest;
  }

  static std::string histogram(protozero::pbf_reader message) {
    std::string text = " native";
    while (message.next()) {
      switch (message.tag()) {
        case 1:
          text += " count=" + std::to_string(message.get_uint64());
          break;
        case 3:
          text += " sum=" + number(message.get_double());
          break;
        case 6:
          text += " zeros=" + std::to_string(message.get_uint64());
          break;
        case 14:
          text += " hint=" + std::to_string(message.get_enum());
          break;
        case 15:
          text += " at " + std::to_string(message.get_int64());
          break;
        case 17:
          text += " from " + std::to_string(message.get_int64());
          break;
        default:
          message.skip();
      }
    }
    return text;
  }

  std::string metadata_of_series(protozero::pbf_reader message) {
    std::string text;
    while (message.next()) {
      if (message.tag() == 1) {
        text += " type " + std::to_string(message.get_enum());
      } else {
        decoded_.references.push_back(message.get_uint32());
        text += " '" + decoded_.symbols.at(decoded_.references.back()) + "'";
      }
    }
    return text;
  }

  void series(protozero::pbf_reader message, bool is_v2) {
    std::string labels;
    std::string rest;
    while (message.next()) {
      const bool is_sample = message.tag() == 2;
      const bool is_histogram = message.tag() == (is_v2 ? 3 : 4);
      if (message.tag() == 1 && is_v2) {
        labels = labels_of_refs(message);
      } else if (message.tag() == 1) {
        label(labels, message.get_message());
      } else if (is_sample || is_histogram) {
        rest += is_sample ? " " + sample(message.get_message()) : histogram(message.get_message());
      } else if (message.tag() == 5) {
        rest += metadata_of_series(message.get_message());
      } else {
        rest += exemplar(message.get_message(), is_v2);
      }
    }
    decoded_.series.push_back("{" + labels + "}" + rest);
  }

  void metadata(protozero::pbf_reader message) {
    std::string text;
    while (message.next()) {
      text += (text.empty() ? "" : " ") +
              (message.tag() == 1 ? std::to_string(message.get_enum()) : "'" + message.get_string() + "'");
    }
    decoded_.metadata.push_back(text);
  }

  DecodedRequest decoded_;
};

}  // namespace narthex
