#include "io/npz.h"

#include "base/fail.h"

namespace sememe {
namespace {

constexpr std::string_view kSuffix = ".npy";

}  // namespace

NpzReader::NpzReader(const std::filesystem::path& path) : zip_(path) {}

std::vector<std::string> NpzReader::names() const {
  std::vector<std::string> names;
  for (const ZipEntry& entry : zip_.entries()) {
    if (entry.name.ends_with(kSuffix)) names.push_back(entry.name.substr(0, entry.name.size() - kSuffix.size()));
  }
  return names;
}

bool NpzReader::contains(std::string_view name) const { return zip_.find(concat(name, kSuffix)) != nullptr; }

NpyArray NpzReader::read(std::string_view name) const {
  const ZipEntry* const entry = zip_.find(concat(name, kSuffix));
  if (entry == nullptr) {
    fail(ErrorCode::kNotFound, zip_.path().string(), ": there is no array ", quote(name), " among its ",
         zip_.entries().size());
  }
  const Buffer<std::byte> bytes = zip_.read(*entry);
  return parse_npy(bytes.span(), concat(zip_.path().string(), ": ", name));
}

void NpzWriter::begin(std::string_view name, DType dtype, std::vector<std::int64_t> row_shape) {
  const std::optional<std::int64_t> size = checked_size(row_shape);
  if (!size || *size == 0) {
    fail(ErrorCode::kInvalidArgument, "array ", quote(name), ": rows of shape ", shape_text(row_shape),
         " cannot be counted");
  }
  shape_ = std::move(row_shape);
  shape_.insert(shape_.begin(), 0);
  const std::string header = npy_header(dtype, shape_);
  zip_.begin(concat(name, kSuffix));
  zip_.write(header);
  name_ = name;
  dtype_ = dtype;
  row_bytes_ = *size * dtype_size(dtype);
  bytes_ = 0;
}

void NpzWriter::append_bytes(DType dtype, std::span<const std::byte> bytes) {
  if (row_bytes_ == 0 || dtype != dtype_) {
    fail(ErrorCode::kInvalidArgument, "array ", quote(name_), ": expected elements of ", dtype_name(dtype_), ", found ",
         dtype_name(dtype), row_bytes_ == 0 ? " while no array is open" : "");
  }
  zip_.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  bytes_ += std::ssize(bytes);
}

void NpzWriter::end() {
  if (row_bytes_ == 0 || bytes_ % row_bytes_ != 0) {
    fail(ErrorCode::kInvalidArgument, "array ", quote(name_), ": ", bytes_, " bytes are no whole number of rows of ",
         row_bytes_);
  }
  shape_[0] = bytes_ / row_bytes_;
  zip_.end(npy_header(dtype_, shape_));
  row_bytes_ = 0;
}

void NpzWriter::add_bytes(std::string_view name, DType dtype, std::span<const std::int64_t> shape,
                          std::span<const std::byte> bytes) {
  const std::optional<std::int64_t> size = checked_size(shape);
  if (!size || *size * dtype_size(dtype) != std::ssize(bytes)) {
    fail(ErrorCode::kInvalidArgument, "array ", quote(name), ": shape ", shape_text(shape), " of ", dtype_name(dtype),
         " does not take ", bytes.size(), " bytes");
  }
  zip_.begin(concat(name, kSuffix));
  zip_.write(npy_header(dtype, shape));
  zip_.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  zip_.end();
}

}  // namespace sememe
