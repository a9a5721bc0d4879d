// A text is unchanged after escaping for the text formats and parsing.

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include <narthex/error.h>
#include <narthex/labels.h>

#include "base/utf8.h"
#include "fuzz.h"
#include "model/escape.h"
#include "model/escaping.h"
#include "model/label_cursor.h"
#include "model/names.h"

namespace narthex {
namespace {

using fuzz::demand;

// Undoes an escaping character by character, as parsers do. If a quote ends the text, quotes must be escaped.
std::string undone(std::string_view escaped, bool is_in_quotes) {
  std::string text;
  bool follows_backslash = false;
  for (const char c : escaped) {
    if (follows_backslash) {
      demand(c == '\\' || c == 'n' || (is_in_quotes && c == '"'), "an escape sequence is valid");
      text += c == 'n' ? '\n' : c;
      follows_backslash = false;
    } else if (c == '\\') {
      follows_backslash = true;
    } else {
      demand(c != '\n' && !(is_in_quotes && c == '"'), "characters that would end the text are escaped");
      text += c;
    }
  }
  demand(!follows_backslash, "an escape sequence is complete");
  return text;
}

// Returns the text as UTF-8, and the number of invalid bytes.
std::string as_characters(std::string_view text, std::size_t& replaced) {
  std::string clean;
  while (!text.empty()) {
    const std::size_t size = fuzz::character_size(text);
    replaced += size == 0 ? 1 : 0;
    clean += size == 0 ? "\uFFFD" : text.substr(0, size);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return clean;
}

void check_text(std::string_view text) {
  std::size_t replaced = 0;
  std::size_t expected = 0;
  const std::string clean = detail::to_utf8(text, replaced);
  demand(clean == as_characters(text, expected) && replaced == expected, "each invalid byte is replaced");
  demand(detail::is_utf8(clean), "repaired text is UTF-8");
  demand(detail::is_utf8(text) == (replaced == 0), "valid UTF-8 is recognised");

  std::string in_quotes;
  detail::append_label_value(in_quotes, clean);
  demand(undone(in_quotes, true) == clean, "a label value is unchanged after parsing");
  std::string unescaped;
  detail::append_unescaped(unescaped, in_quotes);
  demand(unescaped == clean, "the library reads its own escaping");
  demand(detail::is_escaped(in_quotes, clean), "an escaped text is recognised");
  demand(detail::is_escaped(clean, clean) == (in_quotes == clean), "a text that is not escaped is recognised");
  demand(!detail::is_plain(text) || (in_quotes == text && replaced == 0), "a plain text needs no escaping");
  demand(detail::end_of_label_value(in_quotes + "\"x\"") == in_quotes.size(), "the end of a value is found");

  std::string help;
  detail::append_help(help, clean);
  demand(undone(help, false) == clean, "a help text is unchanged after parsing");
}

// Undoes the scheme `values`, except for names that begin with its prefix themselves.
std::string decoded(std::string_view escaped) {
  std::string name;
  for (std::size_t i = 3; i < escaped.size(); ++i) {
    if (escaped[i] != '_') {
      name += escaped[i];
    } else if (i + 1 < escaped.size() && escaped[i + 1] == '_') {
      name += '_';
      ++i;
    } else {
      const std::size_t end = escaped.find('_', i + 1);
      demand(end != std::string_view::npos && end > i + 1 && end <= i + 7, "a code point is complete");
      const auto code = std::stoul(std::string(escaped.substr(i + 1, end - i - 1)), nullptr, 16);
      const auto put = [&name](unsigned long bits) { name += static_cast<char>(bits); };
      if (code < 0x80) {
        put(code);
      } else if (code < 0x800) {
        put(0xC0 | code >> 6), put(0x80 | (code & 0x3f));
      } else if (code < 0x10000) {
        put(0xE0 | code >> 12), put(0x80 | (code >> 6 & 0x3f)), put(0x80 | (code & 0x3f));
      } else {
        put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 0x3f)), put(0x80 | (code >> 6 & 0x3f)),
            put(0x80 | (code & 0x3f));
      }
      i = end;
    }
  }
  return name;
}

void check_name(std::string_view bytes) {
  using detail::EscapingScheme;
  std::size_t replaced = 0;
  const std::string name = as_characters(bytes, replaced);
  if (name.empty()) return;
  demand(detail::escape_label_name(name, EscapingScheme::allow_utf_8) == name, "allow-utf-8 keeps a name");
  for (const EscapingScheme scheme : {EscapingScheme::underscores, EscapingScheme::dots, EscapingScheme::values}) {
    const std::string label = detail::escape_label_name(name, scheme);
    demand(detail::is_legacy_label_name(label), "an escaped label name is a legacy name");
    demand(detail::is_legacy_label_name(name) == (label == name) || scheme == EscapingScheme::underscores,
           "a bare name stays");
    for (const MetricType type : {MetricType::counter, MetricType::gauge, MetricType::info, MetricType::state_set}) {
      const std::string family = detail::escape_family_name(name, type, scheme);
      demand(detail::is_legacy_metric_name(family), "an escaped family name is a legacy name");
      demand(type != MetricType::state_set || detail::is_legacy_label_name(family),
             "the name of a state set is a legacy label name");
    }
  }
  const std::string values = detail::escape_label_name(name, EscapingScheme::values);
  if (values != name) demand(values.starts_with("U__") && decoded(values) == name, "the scheme values can be undone");
}

void check_labels(fuzz::Bytes bytes) {
  Labels labels;
  while (!bytes.empty() && labels.size() < 5) {
    const std::string_view name = bytes.text();
    labels.emplace_back(name, bytes.text());
  }
  LabelText made;
  try {
    made = LabelText::of(labels);
  } catch (const LabelError& error) {
    demand(fuzz::is_text(error.what()), "a message is UTF-8");
    return;
  }
  std::set<std::pair<std::string, std::string>> expected;
  std::size_t replaced = 0;
  for (const auto& [name, value] : labels) expected.emplace(name, as_characters(value, replaced));
  const LabelView view = made;
  detail::LabelCursor cursor(view);
  for (const auto& [name, value] : expected) {  // in the order of the names
    demand(cursor.next(), "no label is lost");
    demand(undone(cursor.name(), true) == name, "a name is unchanged after parsing");
    demand(undone(cursor.value(), true) == value, "a value is unchanged after parsing");
    demand(cursor.whole().data() >= view.text().data() && cursor.whole().ends_with('"'), "whole() covers the label");
    demand(view.has(name), "a label is found");
  }
  demand(!cursor.next(), "no label is added");
}

}  // namespace
}  // namespace narthex

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  narthex::fuzz::Bytes bytes(data, size);
  narthex::check_labels(bytes);
  const std::string_view rest = bytes.rest();
  narthex::check_name(rest);
  narthex::check_text(rest);
  return 0;
}
