#include "cli/text_input.h"

#include <unistd.h>

#include <algorithm>

#include "base/fail.h"
#include "cli/terminal.h"
#include "io/utf8.h"

namespace sememe::cli {
namespace {

constexpr Option kTextOptions[] = {
    {"input", 'i', "FILE",
     "Read texts from FILE, - is standard input: one a line; .jsonl, .csv and .tsv by their name; each may be packed "
     "(gzip, zstd)"},
    kInputFormatOption,
    kFieldOption,
    kColumnOption,
    kLossyOption,
};
constexpr OptionGroup kTextGroup = {"Input", kTextOptions};

TextFormat format_of(const Arguments& arguments) {
  const std::string name = arguments.text("input-format").value_or("");
  if (name == "lines") return TextFormat::kLines;
  if (name == "jsonl") return TextFormat::kJsonl;
  if (name == "csv") return TextFormat::kCsv;
  return name == "tsv" ? TextFormat::kTsv : TextFormat::kAuto;
}

}  // namespace

const OptionGroup& text_options() { return kTextGroup; }

ReaderOptions reader_options(const Arguments& arguments) {
  ReaderOptions options;
  options.format = format_of(arguments);
  options.field = arguments.text("field").value_or(options.field);
  options.column = arguments.text("column").value_or("");
  options.lossy = arguments.on("lossy");
  return options;
}

TextInput::TextInput(const Arguments& arguments, std::optional<TextFormat> format, std::int64_t max_record_bytes)
    : operands_(arguments.operands()), lossy_(arguments.on("lossy")) {
  const bool from_flag = arguments.source("input") == Source::kCommandLine;
  if (!operands_.empty()) {
    if (from_flag) fail(ErrorCode::kInvalidArgument, "texts and --input are both given; give one of them");
    return;
  }
  const std::string path = arguments.text("input").value_or("-");
  if (path == "-" && !arguments.given("input") && is_terminal(STDIN_FILENO))
    fail(ErrorCode::kInvalidArgument, "no texts; write them after the command, or give -i FILE (- is standard input)");

  ReaderOptions options = reader_options(arguments);
  if (format) options.format = *format;
  options.max_record_bytes = max_record_bytes;
  reader_.emplace(path, options);
}

void TextInput::read(std::int64_t max_texts, std::vector<TextRecord>& records, std::int64_t max_bytes) {
  if (reader_) return reader_->read(max_texts, max_bytes, records);
  records.clear();
  for (; next_ < operands_.size() && static_cast<std::int64_t>(records.size()) < max_texts; ++next_) {
    const std::string& text = operands_[next_];
    const auto number = static_cast<std::int64_t>(next_) + 1;
    if (!lossy_) require_utf8(text, concat("text ", number));
    records.push_back({lossy_ ? replace_invalid_utf8(text) : text, number});
  }
}

std::optional<std::int64_t> TextInput::count() const {
  if (reader_) return std::nullopt;
  return static_cast<std::int64_t>(operands_.size());
}

double TextInput::fraction() const {
  if (!reader_) return static_cast<double>(next_) / static_cast<double>(operands_.size());
  if (reader_->total_bytes() == 0) return -1;
  return static_cast<double>(reader_->bytes_read()) / static_cast<double>(reader_->total_bytes());
}

std::string TextInput::name() const { return reader_ ? reader_->name() : "the command line"; }

std::string TextInput::where(const TextRecord& record) const {
  return reader_ ? concat(reader_->name(), ':', record.line) : concat("text ", record.line);
}

void ChunkSize::took(std::int64_t texts, double seconds) {
  constexpr double kSeconds = 0.5;
  const double fitting = seconds > 0 ? static_cast<double>(texts) * kSeconds / seconds : 1e9;
  const std::int64_t most = std::min(texts_ * 4, most_);  // a chunk of short texts may be followed by long ones
  texts_ = std::clamp(static_cast<std::int64_t>(std::min(fitting, 1e9)), std::min<std::int64_t>(64, most), most);
}

}  // namespace sememe::cli
