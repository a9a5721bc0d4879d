#include "remote_write/label_block.h"

#include <algorithm>
#include <utility>

#include "model/label_cursor.h"
#include "model/reserved_names.h"

namespace narthex::detail {

namespace {

constexpr std::size_t kMaxOverhead = 24;  // of a label in a message: numbers of fields and sizes

// Returns the text without escapes, in the buffer if it has any.
std::string_view unescaped(std::string_view text, std::string& buffer) {
  if (text.find('\\') == std::string_view::npos) return text;
  buffer.clear();
  append_unescaped(buffer, text);
  return buffer;
}

}  // namespace

LabelBlock::LabelBlock(RequestWriter& writer, Labels external) : writer_(writer), external_(std::move(external)) {
  std::erase_if(external_, [](const auto& label) { return label.second.empty(); });
  std::ranges::sort(external_);
  for (const auto& [name, value] : external_) external_size_ += name.size() + value.size() + kMaxOverhead;
}

void LabelBlock::set(LabelView labels, std::string_view own_label) {
  labels_ = labels;
  is_encoded_ = false;
  if (own_label_ == own_label) return;
  own_label_ = own_label;
  plan_.clear();
}

void LabelBlock::encode() {
  is_encoded_ = true;
  epoch_ = writer_.epoch();
  if (follow_plan()) return;
  make_plan();
  follow_plan();
}

bool LabelBlock::follow_plan() {
  if (plan_.empty()) return false;
  bytes_.clear();
  const bool has_escapes = labels_.text().find('\\') != std::string_view::npos;
  std::size_t step = 0;
  for (LabelCursor label(labels_); label.next();) {
    const std::string_view value = label.value();
    if (value.empty()) continue;
    step = do_steps(step);
    if (step == plan_.size() || !plan_[step].is_named(label.name())) return false;
    writer_.append_label(bytes_, name_bytes(plan_[step]), has_escapes ? unescaped(value, unescaped_) : value);
    ++step;
  }
  return do_steps(step) == plan_.size();
}

std::size_t LabelBlock::do_steps(std::size_t step) {
  for (; step < plan_.size() && plan_[step].kind != Kind::series; ++step) {
    switch (plan_[step].kind) {
      case Kind::external:
        bytes_.append(name_bytes(plan_[step]));
        break;
      case Kind::name:
        name_at_ = bytes_.size();
        break;
      default:
        own_at_ = bytes_.size();
        break;
    }
  }
  return step;
}

std::string_view LabelBlock::name_bytes(Step& step) {
  if (step.epoch != epoch_) {
    step.epoch = epoch_;
    step.name_bytes.clear();
    writer_.append_name(step.name_bytes, step.name);
    if (step.kind == Kind::external) {
      ByteBuffer label;
      writer_.append_label(label, step.name_bytes.view(), step.value);
      step.name_bytes = std::move(label);
    }
  }
  return step.name_bytes.view();
}

void LabelBlock::make_plan() {
  plan_.clear();
  plan_.push_back({.kind = Kind::name, .name = std::string(kNameLabel)});
  if (!own_label_.empty()) plan_.push_back({.kind = Kind::own, .name = own_label_});
  for (LabelCursor label(labels_); label.next();) {
    if (label.value().empty()) continue;
    plan_.push_back({.kind = Kind::series,
                     .name = std::string(unescaped(label.name(), unescaped_)),
                     .escaped = std::string(label.name())});
  }
  const auto known = static_cast<std::ptrdiff_t>(plan_.size());
  for (const auto& label : external_) {
    const auto has_name = [&label](const Step& step) { return step.name == label.first; };
    if (std::any_of(plan_.begin(), plan_.begin() + known, has_name)) continue;
    plan_.push_back({.kind = Kind::external, .name = label.first, .value = label.second});
  }
  std::ranges::sort(plan_, {}, &Step::name);
  own_is_first_ = !own_label_.empty() && own_label_ < kNameLabel;
}

LabelPieces LabelBlock::with(std::string_view name, std::string_view own) {
  if (!is_encoded_ || epoch_ != writer_.epoch()) encode();
  std::size_t first_at = name_at_;
  std::size_t second_at = own.empty() ? name_at_ : own_at_;
  if (own_is_first_ && !own.empty()) {
    std::swap(name, own);
    std::swap(first_at, second_at);
  }
  LabelPieces pieces;
  const std::string_view bytes = bytes_.view();
  pieces.append(bytes.substr(0, first_at));
  pieces.append(name);
  pieces.append(bytes.substr(first_at, second_at - first_at));
  pieces.append(own);
  pieces.append(bytes.substr(second_at));
  return pieces;
}

}  // namespace narthex::detail
