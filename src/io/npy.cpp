#include "io/npy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/fail.h"
#include "io/little_endian.h"

namespace sememe {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxHeaderBytes = 1 << 20;  // NumPy itself refuses over 10,000 unless told otherwise
constexpr std::size_t kMaxExtents = 64;           // as NumPy 2
constexpr std::size_t kExtentDigits = 19;         // of the largest int64

struct Name {
  DType dtype;
  std::string_view descr;
};
constexpr std::array<Name, 12> kNames = {{
    {DType::kF64, "<f8"},
    {DType::kF32, "<f4"},
    {DType::kF16, "<f2"},
    {DType::kI64, "<i8"},
    {DType::kI32, "<i4"},
    {DType::kI16, "<i2"},
    {DType::kI8, "|i1"},
    {DType::kU64, "<u8"},
    {DType::kU32, "<u4"},
    {DType::kU16, "<u2"},
    {DType::kU8, "|u1"},
    {DType::kBool, "|b1"},
}};

/// Reads the header of a .npy: a Python dictionary of three known keys, each once, in any order.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  void parse(NpyArray& array) {
    expect('{');
    while (!accept('}')) {
      const std::string_view key = string();
      expect(':');
      if (key == "descr") {
        set_dtype(array);
        ++descr_;
      } else if (key == "fortran_order") {
        set_order();
        ++order_;
      } else if (key == "shape") {
        set_shape(array);
        ++shape_;
      } else {
        corrupt(concat("expected the keys descr, fortran_order and shape, found ", quote(key)));
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (at_ != text_.size()) corrupt("expected nothing after its '}'");
    if (descr_ != 1 || order_ != 1 || shape_ != 1) corrupt("expected descr, fortran_order and shape, each once");
  }

 private:
  [[noreturn]] void corrupt(std::string_view message) const {
    fail(ErrorCode::kCorrupt, name_, ": .npy header: ", message);
  }
  [[noreturn]] void unsupported(std::string_view message) const { fail(ErrorCode::kUnsupported, name_, ": ", message); }

  char peek() {
    skip_space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  bool accept(char c) {
    const bool found = peek() == c;
    if (found) ++at_;
    return found;
  }
  void expect(char c) {
    if (!accept(c)) corrupt(concat("expected '", c, "' at character ", at_));
  }
  bool accept_word(std::string_view word) {
    skip_space();
    const bool found = text_.substr(at_).starts_with(word);
    if (found) at_ += word.size();
    return found;
  }

  std::string_view string() {
    const char mark = peek();
    if (mark != '\'' && mark != '"') corrupt(concat("expected a string at character ", at_));
    const std::size_t end = text_.find(mark, ++at_);
    if (end == std::string_view::npos) corrupt("a string does not end");
    const std::string_view value = text_.substr(at_, end - at_);
    at_ = end + 1;
    return value;
  }

  void set_dtype(NpyArray& array) {
    if (peek() == '[') unsupported("structured arrays are not supported; save each field as an array of its own");
    const std::string_view descr = string();
    for (const Name& known : kNames) {
      // A single byte has no order: any mark will do.
      const bool one_byte = known.descr[0] == '|' && descr.size() == 3 && descr.substr(1) == known.descr.substr(1);
      if (descr == known.descr || one_byte) {
        array.dtype = known.dtype;
        return;
      }
    }
    if (descr.starts_with('>')) unsupported(concat("big-endian data ", quote(descr), "; save it as little-endian"));
    if (descr.find('O') != std::string_view::npos) {
      unsupported("an array of Python objects is a pickle and is never executed; save numbers");
    }
    unsupported(concat("dtype ", quote(descr), " is not supported; save f2, f4, f8, i1 to i8, u1 to u8 or bool"));
  }

  void set_order() {
    if (accept_word("False")) return;
    if (!accept_word("True")) corrupt("fortran_order: expected True or False");
    unsupported("the array is in Fortran order; save np.ascontiguousarray(array)");
  }

  void set_shape(NpyArray& array) {
    array.shape.clear();
    expect('(');
    while (!accept(')')) {
      if (array.shape.size() == kMaxExtents) corrupt(concat("more than ", kMaxExtents, " extents"));
      std::int64_t extent = -1;
      skip_space();
      const char* const end = text_.data() + text_.size();
      const auto [stop, status] = std::from_chars(text_.data() + at_, end, extent);
      if (status != std::errc() || extent < 0) corrupt("shape: expected extents of 0 or more");
      at_ = static_cast<std::size_t>(stop - text_.data());
      array.shape.push_back(extent);
      accept_word("L");  // written by Python 2
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  const std::string& name_;
  int descr_ = 0, order_ = 0, shape_ = 0;
};

}  // namespace

void NpyArray::require_dtype(DType expected) const {
  if (dtype != expected) {
    fail(ErrorCode::kInvalidArgument, name, ": expected elements of ", dtype_name(expected), ", found ",
         dtype_name(dtype));
  }
}

std::vector<float> NpyArray::to_float() const {
  if (!is_floating(dtype)) {
    fail(ErrorCode::kInvalidArgument, name, ": expected floating-point elements, found ", dtype_name(dtype));
  }
  std::vector<float> out(static_cast<std::size_t>(size()));
  widen_to_float(dtype, data.data(), out);
  return out;
}

NpyArray read_npy(const std::filesystem::path& path) { return parse_npy(MappedFile(path).bytes(), path.string()); }

NpyArray parse_npy(std::span<const std::byte> bytes, std::string name) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(kMagic) || text.size() < 10) fail(ErrorCode::kCorrupt, name, ": not a .npy file");
  const int version = text[6];
  if (version < 1 || version > 3 || text[7] != 0) {
    fail(ErrorCode::kUnsupported, name, ": .npy version ", version, ".", static_cast<int>(text[7]),
         "; 1.0 to 3.0 are read");
  }
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  const std::size_t start = 8 + length_bytes;
  if (text.size() < start) fail(ErrorCode::kCorrupt, name, ": truncated before the end of its header");
  const std::size_t length = version == 1 ? read_little<std::uint16_t>(text, 8) : read_little<std::uint32_t>(text, 8);
  if (length > kMaxHeaderBytes || length > text.size() - start) {
    fail(ErrorCode::kCorrupt, name, ": header length ", length, " is more than the file has; is it truncated?");
  }
  NpyArray array;
  HeaderParser(text.substr(start, length), name).parse(array);
  const std::span<const std::byte> data = bytes.subspan(start + length);
  const std::optional<std::int64_t> size = checked_size(array.shape);
  if (!size || *size * dtype_size(array.dtype) != std::ssize(data)) {
    fail(ErrorCode::kCorrupt, name, ": shape ", shape_text(array.shape), " of ", dtype_name(array.dtype), " needs ",
         size ? concat(*size * dtype_size(array.dtype)) : "too many", " bytes, found ", data.size());
  }
  array.name = std::move(name);
  array.data = Buffer<std::byte>(std::ssize(data));
  if (!data.empty()) std::memcpy(array.data.data(), data.data(), data.size());
  return array;
}

std::string npy_header(DType dtype, std::span<const std::int64_t> shape) {
  std::string descr;
  for (const Name& known : kNames) {
    if (known.dtype == dtype) descr = known.descr;
  }
  if (descr.empty()) fail(ErrorCode::kInvalidArgument, "NumPy has no ", dtype_name(dtype), "; write F32 instead");
  std::string text = concat("{'descr': '", descr, "', 'fortran_order': False, 'shape': (");
  for (std::size_t i = 0; i < shape.size(); ++i) text.append(concat(i == 0 ? "" : ", ", shape[i]));
  text.append(shape.size() == 1 ? ",), }" : "), }");
  // Room for the widest first extent, so that the length does not depend on it. The data starts 64-byte aligned.
  const std::size_t first_digits = shape.empty() ? kExtentDigits : std::to_string(shape[0]).size();
  const std::size_t longest = 10 + text.size() + (kExtentDigits - first_digits) + 1;
  const std::size_t total = (longest + 63) / 64 * 64;
  text.append(total - 10 - text.size() - 1, ' ').push_back('\n');
  if (text.size() > 0xFFFF)
    fail(ErrorCode::kInvalidArgument, "an array of ", shape.size(), " extents is too much for .npy");
  std::string header(kMagic);
  header.append({'\x01', '\0', static_cast<char>(text.size() & 255), static_cast<char>(text.size() >> 8)});
  return header.append(text);
}

NpyWriter::NpyWriter(const std::filesystem::path& path, DType dtype, std::vector<std::int64_t> row_shape,
                     std::optional<std::int64_t> rows)
    : file_(path), dtype_(dtype), shape_(std::move(row_shape)) {
  const std::optional<std::int64_t> size = checked_size(shape_);
  if (!size || rows.value_or(0) < 0) fail(ErrorCode::kInvalidArgument, path.string(), ": extents must be 0 or more");
  row_bytes_ = *size * dtype_size(dtype);
  if (!rows && row_bytes_ == 0) {
    fail(ErrorCode::kInvalidArgument, path.string(), ": rows without elements cannot be counted; give their number");
  }
  if (!rows && !file_.seekable()) {
    fail(ErrorCode::kInvalidArgument, path.string(),
         " cannot seek, and a .npy begins with its row count: write to a file, "
         "or give the number of rows");
  }
  promised_ = rows;
  shape_.insert(shape_.begin(), rows.value_or(0));
  const std::string header = npy_header(dtype, shape_);
  header_bytes_ = std::ssize(header);
  file_.write(header);
}

void NpyWriter::append_bytes(DType dtype, std::span<const std::byte> bytes) {
  if (dtype != dtype_) {
    fail(ErrorCode::kInvalidArgument, file_.path().string(), ": expected elements of ", dtype_name(dtype_), ", found ",
         dtype_name(dtype));
  }
  if (row_bytes_ == 0 ? !bytes.empty() : std::ssize(bytes) % row_bytes_ != 0) {
    fail(ErrorCode::kInvalidArgument, file_.path().string(), ": expected whole rows of ", row_bytes_, " bytes, found ",
         bytes.size(), " bytes");
  }
  file_.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::int64_t NpyWriter::rows() const {
  return row_bytes_ == 0 ? promised_.value_or(0) : (file_.size() - header_bytes_) / row_bytes_;
}

void NpyWriter::finish() {
  if (promised_ && rows() != *promised_) {
    fail(ErrorCode::kInvalidArgument, file_.path().string(), ": expected ", *promised_, " rows, found ", rows());
  }
  if (!promised_) {
    shape_[0] = rows();
    file_.write_at(0, npy_header(dtype_, shape_));
  }
  file_.commit();
}

}  // namespace sememe
