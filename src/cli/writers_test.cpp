#include <gtest/gtest.h>

#include "cli/encoding_writer.h"
#include "cli/score_writer.h"
#include "cli/token_writer.h"
#include "cli/vector_writer.h"
#include "io/npy.h"
#include "io/npz.h"
#include "support/temporary_folder.h"

namespace sememe::cli {
namespace {

class Writers : public testing::Test {
 protected:
  std::string path(const char* name) const { return (folder_.path() / name).string(); }
  static std::string read(const std::string& file) { return read_file(file, 1 << 20); }

  static Matrix matrix(std::int64_t rows, std::int64_t cols, std::initializer_list<float> values) {
    Matrix m(rows, cols);
    std::copy(values.begin(), values.end(), m.data());
    return m;
  }
  /// Texts "a", "b", ... with three tokens each, of which the second of a chunk lost one.
  static Chunk chunk(std::int64_t first, int count) {
    Chunk c{.first = first};
    for (int i = 0; i < count; ++i) {
      c.records.push_back({std::string(1, static_cast<char>('a' + first + i)), first + i + 1});
      c.stats.push_back({3, i == 1 ? 2 : 3});
    }
    return c;
  }
  void write_two_chunks(VectorOutput output) const {
    const auto writer = make_vector_writer(output);
    writer->write(chunk(0, 2), matrix(2, 3, {1, -2, 0.1f, 0, 3, -4}));
    writer->write(chunk(2, 1), matrix(1, 3, {-1, -1, 1e-8f}));
    EXPECT_FALSE(std::filesystem::exists(output.name));  // not before it is complete
    writer->finish();
  }

  test::TemporaryFolder folder_;
};

TEST_F(Writers, NpyHoldsAllRows) {
  write_two_chunks({.name = path("v.npy"), .format = VectorFormat::kNpy, .dimensions = 3});
  const NpyArray array = read_npy(path("v.npy"));
  EXPECT_EQ(array.shape, (std::vector<std::int64_t>{3, 3}));
  EXPECT_EQ(array.to_float(), (std::vector<float>{1, -2, 0.1f, 0, 3, -4, -1, -1, 1e-8f}));
}

TEST_F(Writers, JsonLinesCountOnAcrossChunks) {
  write_two_chunks({.name = path("v.jsonl"), .format = VectorFormat::kJsonl, .dimensions = 3});
  EXPECT_EQ(read(path("v.jsonl")),
            "{\"index\":0,\"tokens\":3,\"tokens_used\":3,\"truncated\":false,\"embedding\":[1.0,-2.0,0.1]}\n"
            "{\"index\":1,\"tokens\":3,\"tokens_used\":2,\"truncated\":true,\"embedding\":[0.0,3.0,-4.0]}\n"
            "{\"index\":2,\"tokens\":3,\"tokens_used\":3,\"truncated\":false,\"embedding\":[-1.0,-1.0,1e-08]}\n");
}

TEST_F(Writers, CsvHasARowOnALine) {
  write_two_chunks({.name = path("v.csv"), .format = VectorFormat::kCsv, .dimensions = 3});
  EXPECT_EQ(read(path("v.csv")), "1,-2,0.1\n0,3,-4\n-1,-1,1e-08\n");
}

TEST_F(Writers, TableBeginsWithTheShape) {
  write_two_chunks({.name = path("v.txt"), .format = VectorFormat::kTable, .dimensions = 3, .count = 3});
  EXPECT_EQ(read(path("v.txt")),
            "shape (3, 3)\n"
            "0   1.000000  -2.000000   0.100000  a\n"
            "1   0.000000   3.000000  -4.000000  b\n"
            "2  -1.000000  -1.000000   0.000000  c\n");
}

TEST_F(Writers, BitsArePackedAsNumpyPacksThem) {
  const float row[] = {1, -1, 0, 2, 3, -0.0f, 1e-9f, -5, 7, 1};
  EXPECT_EQ(pack_bits(row), "\x9a\xc0");  // np.packbits([1, 0, 0, 1, 1, 0, 1, 0, 1, 1])
}

TEST_F(Writers, BinaryPrecisionIsTheByteMinus128) {
  write_two_chunks({.name = path("b.npy"), .precision = Precision::kBinary, .dimensions = 3});
  const NpyArray signed_bytes = read_npy(path("b.npy"));
  EXPECT_EQ(signed_bytes.shape, (std::vector<std::int64_t>{3, 1}));
  const auto values = signed_bytes.as<std::int8_t>();
  EXPECT_EQ(std::vector<int>(values.begin(), values.end()), (std::vector<int>{0xA0 - 128, 0x40 - 128, 0x20 - 128}));

  write_two_chunks({.name = path("u.npy"), .precision = Precision::kUbinary, .dimensions = 3});
  const NpyArray array = read_npy(path("u.npy"));
  const auto bytes = array.as<std::uint8_t>();
  EXPECT_EQ(std::vector<int>(bytes.begin(), bytes.end()), (std::vector<int>{0xA0, 0x40, 0x20}));

  write_two_chunks(
      {.name = path("b.jsonl"), .format = VectorFormat::kJsonl, .precision = Precision::kBinary, .dimensions = 3});
  EXPECT_NE(read(path("b.jsonl")).find("\"embedding\":[32]}\n"), std::string::npos);
  write_two_chunks(
      {.name = path("u.csv"), .format = VectorFormat::kCsv, .precision = Precision::kUbinary, .dimensions = 3});
  EXPECT_EQ(read(path("u.csv")), "160\n64\n32\n");
}

TEST_F(Writers, NoRowsMakeAnEmptyArrayOfTheRightWidth) {
  make_vector_writer({.name = path("e.npy"), .dimensions = 384})->finish();
  EXPECT_EQ(read_npy(path("e.npy")).shape, (std::vector<std::int64_t>{0, 384}));
}

TEST_F(Writers, TokenArchiveHasOffsetsOfTheWholeInput) {
  const auto writer = make_npz_token_writer(path("t.npz"), 2);
  TokenEmbeddings tokens{.vectors = matrix(3, 2, {1, 2, 3, 4, 5, 6}), .offsets = {0, 2, 3}, .ids = {7, 8, 9}};
  writer->write(chunk(0, 2), tokens);
  writer->write(chunk(2, 2), tokens);
  writer->finish();
  const NpzReader archive(path("t.npz"));
  EXPECT_EQ(archive.read("token_embeddings").shape, (std::vector<std::int64_t>{6, 2}));
  EXPECT_EQ(archive.read("token_embeddings").to_float(), (std::vector<float>{1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6}));
  const NpyArray offsets = archive.read("offsets"), ids = archive.read("ids");
  EXPECT_EQ(std::vector<std::int64_t>(offsets.as<std::int64_t>().begin(), offsets.as<std::int64_t>().end()),
            (std::vector<std::int64_t>{0, 2, 3, 5, 6}));
  EXPECT_EQ(std::vector<std::int32_t>(ids.as<std::int32_t>().begin(), ids.as<std::int32_t>().end()),
            (std::vector<std::int32_t>{7, 8, 9, 7, 8, 9}));
}

TEST_F(Writers, TokenLinesNestVectorsByText) {
  const auto writer = make_jsonl_token_writer(path("t.jsonl"));
  writer->write(chunk(0, 2), {.vectors = matrix(3, 1, {1, 2, 3}), .offsets = {0, 2, 3}, .ids = {7, 8, 9}});
  writer->finish();
  EXPECT_EQ(
      read(path("t.jsonl")),
      "{\"index\":0,\"tokens\":3,\"tokens_used\":3,\"truncated\":false,\"ids\":[7,8],"
      "\"token_embeddings\":[[1.0],[2.0]]}\n"
      "{\"index\":1,\"tokens\":3,\"tokens_used\":2,\"truncated\":true,\"ids\":[9],\"token_embeddings\":[[3.0]]}\n");
}

TEST_F(Writers, ScoresHaveAFormOfEachKind) {
  const std::vector<std::string> texts = {"x\ny", "z"};
  for (const std::string format : {"table", "json", "csv", "npy"}) {
    const auto writer = make_score_writer({.name = path(format.c_str()), .format = format}, texts);
    writer->write(matrix(1, 2, {1, 0.25f}));
    writer->write(matrix(1, 2, {0.25f, 1}));
    writer->finish();
  }
  EXPECT_EQ(read(path("table")), "0  x y\n1  z\n\n         0        1\n0   1.0000   0.2500\n1   0.2500   1.0000\n");
  EXPECT_EQ(read(path("json")),
            "{\"measure\":\"cosine\",\"texts\":[\"x\\ny\",\"z\"],\"scores\":[[1.0,0.25],[0.25,1.0]]}\n");
  EXPECT_EQ(read(path("csv")), "1,0.25\n0.25,1\n");
  EXPECT_EQ(read_npy(path("npy")).shape, (std::vector<std::int64_t>{2, 2}));
}

TEST_F(Writers, HighCosinesAreColouredAndTheColourEnds) {
  const std::vector<std::string> texts = {"x", "z"};
  const auto writer = make_score_writer({.name = path("c"), .color = true}, texts);
  writer->write(matrix(2, 2, {1, 0.6f, 0.3f, 0}));
  writer->finish();
  EXPECT_NE(read(path("c")).find("0\033[1;32m   1.0000\033[0m\033[32m   0.6000\033[0m\n"), std::string::npos);
}

TEST_F(Writers, PairsAreOneNumberALine) {
  for (const std::string format : {"table", "npy"}) {
    const auto writer = make_pair_writer({.name = path(format.c_str()), .format = format});
    writer->write(std::vector<float>{0.5f, -0.1f});
    writer->write(std::vector<float>{1});
    writer->finish();
  }
  EXPECT_EQ(read(path("table")), "0.5\n-0.1\n1\n");
  EXPECT_EQ(read_npy(path("npy")).shape, std::vector<std::int64_t>{3});
}

Encoding encoding() {
  Encoding e;
  e.add(101, {0, 0}, -1);
  e.add(7, {0, 3}, 0);
  e.add(8, {0, 2}, 0);
  e.add(102, {0, 0}, -1);
  e.runs = {{.end = 1, .sequence_id = -1, .special = true},
            {.end = 2},
            {.end = 3, .type_id = 1, .sequence_id = 1},
            {.end = 4, .type_id = 1, .sequence_id = -1, .special = true}};
  e.tokens = {"[CLS]", "é!", "ß", "[SEP]"};
  return e;
}

TEST_F(Writers, EncodingAsJsonCountsInTheUnitAskedFor) {
  const auto line = [&](bool count_characters) {
    const auto writer =
        make_encoding_writer({.name = path("e"), .format = "json", .pair = "ß", .count_characters = count_characters});
    Lines lines;
    writer->lines(5, "é!", encoding(), lines);
    writer->write(lines.text);
    writer->finish();
    return read(path("e"));
  };
  const std::string head =
      "{\"index\":5,\"ids\":[101,7,8,102],\"tokens\":[\"[CLS]\",\"é!\",\"ß\",\"[SEP]\"],\"offsets\":";
  const std::string tail = ",\"type_ids\":[0,0,1,1],\"special\":[1,0,0,1],\"word_ids\":[null,0,0,null]}\n";
  EXPECT_EQ(line(false), head + "[[0,0],[0,3],[0,2],[0,0]]" + tail);
  EXPECT_EQ(line(true), head + "[[0,0],[0,2],[0,1],[0,0]]" + tail);
}

TEST_F(Writers, PiecesThatWereCutOffFollow) {
  Encoding whole = encoding();
  whole.overflowing.push_back(encoding());
  for (const std::string format : {"ids", "json", "table"}) {
    const auto writer = make_encoding_writer({.name = path(format.c_str()), .format = format, .pair = "ß"});
    Lines lines;
    writer->lines(0, "é!", whole, lines);
    writer->write(lines.text);
    writer->finish();
  }
  EXPECT_EQ(read(path("ids")), "101 7 8 102\n101 7 8 102\n");
  EXPECT_NE(read(path("json")).find(",\"overflowing\":[{\"ids\":[101,7,8,102],"), std::string::npos);
  EXPECT_NE(read(path("table")).find("cut off: 4 tokens\n"), std::string::npos);
}

TEST_F(Writers, LinesOfALongTextAreWrittenWhileTheyAreMade) {
  Encoding many;
  for (std::int32_t i = 0; i < 300000; ++i) {
    many.add(i % 7 == 0 ? -i : i * (i % 11 == 0 ? 7000 : 1), {i / 2, i / 2 + 1}, i % 5 - 1);
    many.tokens.push_back(std::to_string(i));
  }
  many.runs = {{.end = many.size()}};
  const std::string text(200000, 'a');
  for (const std::string format : {"ids", "json", "table"}) {
    const auto writer = make_encoding_writer(
        {.name = path(format.c_str()), .format = format, .show_offsets = true, .count_characters = true});
    Lines kept;
    kept.text = "before\n";
    writer->lines(1, text, many, kept);
    std::string written;
    std::size_t most = 0;
    const std::function<void(std::string_view)> write = [&](std::string_view part) {
      written.append(part);
      most = std::max(most, part.size());
    };
    Lines poured{.text = "before\n", .write = &write};
    writer->lines(1, text, many, poured);
    EXPECT_EQ(written + poured.text, kept.text) << format;
    EXPECT_LT(std::max(most, poured.text.size()), 3 * Lines::kMuch) << format;
    EXPECT_GT(written.size(), Lines::kMuch) << format;
  }
}

TEST(CharacterCounter, AgreesWithCountingFromTheStart) {
  const std::string text = "aé日😀b";
  CharacterCounter counter(text);
  for (const auto& [bytes, characters] :
       std::vector<std::pair<int, int>>{{0, 0}, {1, 1}, {3, 2}, {6, 3}, {10, 4}, {11, 5}, {3, 2}, {11, 5}})
    EXPECT_EQ(counter.before(bytes), characters) << bytes;
}

}  // namespace
}  // namespace sememe::cli
