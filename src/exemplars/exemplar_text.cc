#include "exemplars/exemplar_text.h"

#include "base/totals.h"
#include "base/utf8.h"
#include "model/escape.h"
#include "model/names.h"

namespace narthex::detail {

namespace {

// Returns the label with the next name in byte order, or null. Labels are few, so that this needs no sorted copy.
template <class AnyLabels>
auto* label_after(const AnyLabels& labels, std::string_view name) noexcept {
  decltype(labels.data()) next = nullptr;
  for (const auto& label : labels) {
    if (std::string_view(label.first) > name && (!next || label.first < next->first)) next = &label;
  }
  return next;
}

}  // namespace

ExemplarText::ExemplarText(ExemplarLabels labels) noexcept { render_or_reject(labels); }

ExemplarText::ExemplarText(const Labels& labels) noexcept { render_or_reject(labels); }

template <class AnyLabels>
void ExemplarText::render_or_reject(const AnyLabels& labels) noexcept {
  if (render(labels)) return;
  text_.clear();
  totals().refused_exemplars.fetch_add(1, std::memory_order_relaxed);  // relaxed: a sum orders nothing else
}

template <class AnyLabels>
bool ExemplarText::render(const AnyLabels& labels) {
  if (labels.size() > kMaxExemplarCharacters) return false;  // every name has at least one character
  std::size_t characters = 0;
  std::string_view last;  // the empty one: names are not empty
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto* label = label_after(labels, last);
    if (!label) return false;  // a name is repeated or empty
    last = label->first;
    characters += last.size();
    if (characters > kMaxExemplarCharacters || !is_legacy_label_name(last)) return false;
    if (i > 0) text_.push_back(',');
    text_.append(last);
    text_.push_back('=');
    text_.push_back('"');
    if (!append_value(label->second, characters)) return false;
    text_.push_back('"');
  }
  return true;
}

bool ExemplarText::append_value(std::string_view value, std::size_t& characters) {
  if (is_plain(value) && !has_nul(value)) {
    characters += value.size();
    if (characters > kMaxExemplarCharacters) return false;
    text_.append(value);
    return true;
  }
  std::size_t replaced = 0;
  while (!value.empty()) {
    if (++characters > kMaxExemplarCharacters) return false;
    const std::size_t length = utf8_length(value);
    if (length == 0 || value.starts_with(kNul)) {
      text_.append(kReplacement);
      ++replaced;
      value.remove_prefix(1);
    } else {
      append_label_value(text_, value.substr(0, length));
      value.remove_prefix(length);
    }
  }
  totals().replaced_bytes.fetch_add(replaced, std::memory_order_relaxed);  // relaxed: as above
  return true;
}

}  // namespace narthex::detail
