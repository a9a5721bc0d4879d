#include "prometheus_cpp/series_text.h"

#include <string>
#include <string_view>

#include <narthex/labels.h>
#include <prometheus/check_names.h>

#include "model/escape.h"

namespace prometheus::detail {

namespace {

bool append_label(const Labels::value_type& label, SeriesText& text) {
  const auto& [name, value] = label;
  if (!CheckLabelName(name)) return false;
  const auto append = [&text](std::string_view part) { text.append(part.data(), part.data() + part.size()); };
  if (text.size() > 0) text.push_back(',');
  if (narthex::detail::is_plain(value)) {
    append(name);
    append("=\"");
    append(value);
    text.push_back('"');
  } else {
    append(narthex::LabelView(narthex::LabelText::of({label})).text());
  }
  return true;
}

}  // namespace

bool append_labels(const Labels& constant_labels, const Labels& labels, SeriesText& text) {
  auto constant = constant_labels.begin();
  for (const auto& label : labels) {
    for (; constant != constant_labels.end() && constant->first < label.first; ++constant) {
      if (!append_label(*constant, text)) return false;
    }
    if (constant != constant_labels.end() && constant->first == label.first) return false;
    if (!append_label(label, text)) return false;
  }
  for (; constant != constant_labels.end(); ++constant) {
    if (!append_label(*constant, text)) return false;
  }
  return true;
}

}  // namespace prometheus::detail
