#include "io/text_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/fail.h"
#include "io/test_files.h"
#include "io/test_packing.h"

namespace sememe {
namespace {

namespace fs = std::filesystem;
using test::gzip;
using test::TemporaryFolder;
using test::zstd;

class TextReaderTest : public testing::Test {
 protected:
  /// "line:text" of every record.
  std::vector<std::string> read(std::string_view name, std::string_view bytes, const ReaderOptions& options = {}) {
    TextReader reader(folder.add(name, bytes), options);
    std::vector<std::string> out;
    for (TextRecord record; reader.next(record);) out.push_back(concat(record.line, ":", record.text));
    return out;
  }
  using Records = std::vector<std::string>;
  TemporaryFolder folder;
};

TEST_F(TextReaderTest, EveryLineIsAText) {
  EXPECT_EQ(read("a.txt", "one\ntwo\r\n\nfour"), (Records{"1:one", "2:two", "3:", "4:four"}));
  EXPECT_EQ(read("a.txt", "one\n"), (Records{"1:one"}));
  EXPECT_EQ(read("a.txt", "\n"), (Records{"1:"}));
  EXPECT_EQ(read("a.txt", ""), Records{});
  EXPECT_EQ(read("a.txt", "a\rb\n"), (Records{"1:a\rb"}));
  EXPECT_EQ(read("a.txt", std::string_view("a\0b\n", 4)), (Records{std::string("1:a\0b", 5)}));
}

TEST_F(TextReaderTest, AByteOrderMarkAtTheStartIsDropped) {
  EXPECT_EQ(read("a.txt", "\xEF\xBB\xBFone\n\xEF\xBB\xBFtwo"), (Records{"1:one", "2:\xEF\xBB\xBFtwo"}));
  EXPECT_EQ(read("a.txt", "\xEF\xBB\xBF"), Records{});
  EXPECT_FAILS(read("a.txt", "\xEF\xBB"), kInvalidArgument, "a.txt:1 is not valid UTF-8 at byte 0");
  EXPECT_EQ(read("a.csv", "\xEF\xBB\xBFtext\nx"), (Records{"2:x"}));
}

TEST_F(TextReaderTest, LinesOfAnyLengthCrossChunks) {
  std::string bytes;
  Records expected;
  for (const std::size_t size : {0u, 1u, 131070u, 131071u, 131072u, 131073u, 400000u, 5u}) {
    const std::string text(size, static_cast<char>('a' + expected.size()));
    expected.push_back(concat(expected.size() + 1, ":", text));
    bytes += text + (expected.size() % 2 == 0 ? "\r\n" : "\n");
  }
  EXPECT_TRUE(read("a.txt", bytes) == expected);
}

TEST_F(TextReaderTest, ACarriageReturnMayEndAChunk) {
  for (std::size_t size = 131068; size < 131075; ++size) {
    const std::string text(size, 'x');
    EXPECT_TRUE(read("a.txt", text + "\r\ny") == (Records{"1:" + text, "2:y"})) << size;
  }
}

TEST_F(TextReaderTest, InvalidUtf8IsAnErrorOrReplaced) {
  EXPECT_FAILS(read("a.txt", "good\nbad \xFF here\n"), kInvalidArgument,
               "a.txt:2 is not valid UTF-8 at byte 4 (found 0xFF)");
  ReaderOptions lossy;
  lossy.lossy = true;
  EXPECT_EQ(read("a.txt", "good\nbad \xFF here\n", lossy), (Records{"1:good", "2:bad \xEF\xBF\xBD here"}));
  EXPECT_FAILS(read("a.jsonl", "{\"text\": \"\xFF\"}"), kInvalidArgument, "a.jsonl:1 is not valid UTF-8 at byte 10");
  EXPECT_EQ(read("a.jsonl", "{\"text\": \"\xFF\"}", lossy), (Records{"1:\xEF\xBF\xBD"}));
  EXPECT_FAILS(read("a.csv", "text\nok\n\xC3(\n"), kInvalidArgument, "a.csv:3 is not valid UTF-8 at byte 0");
  EXPECT_EQ(read("a.csv", "text\n\xC3(\n", lossy), (Records{"2:\xEF\xBF\xBD("}));
}

TEST_F(TextReaderTest, ALongTextIsRefusedAtTheLimitAndNotBefore) {
  ReaderOptions options;
  options.max_record_bytes = 1000;
  const std::string fits(1000, 'x'), over(1001, 'x');
  EXPECT_EQ(read("a.txt", fits + "\r\n" + fits, options), (Records{"1:" + fits, "2:" + fits}));
  EXPECT_FAILS(read("a.txt", "\n" + over, options), kInvalidArgument,
               "a.txt:2: the text is longer than the limit of 1000 bytes");
  EXPECT_FAILS(read("a.txt", over + "\r\n", options), kInvalidArgument, "a.txt:1: the text is longer");
  EXPECT_FAILS(read("a.csv", "text\n\"" + std::string(500, '\n') + fits, options), kInvalidArgument,
               "the text is longer");
}

TEST_F(TextReaderTest, AnEndlessLineIsRefusedEarly) {
  ReaderOptions options;
  options.max_record_bytes = 1 << 20;
  const auto read_zeros = [&] {
    TextReader reader("/dev/zero", options);
    TextRecord record;
    reader.next(record);
  };
  EXPECT_FAILS(read_zeros(), kInvalidArgument, "/dev/zero:1: the text is longer");
}

TEST_F(TextReaderTest, AFiftyMegabyteLineIsOneText) {
  const std::string text(50'000'000, 'x');
  TextReader reader(folder.add("a.txt", text + "\n"));
  TextRecord record;
  ASSERT_TRUE(reader.next(record));
  EXPECT_EQ(record.text.size(), text.size());
  EXPECT_EQ(reader.bytes_read(), 50'000'001);
  EXPECT_EQ(reader.total_bytes(), 50'000'001);
  EXPECT_FALSE(reader.next(record));
  EXPECT_FALSE(reader.next(record));
}

TEST_F(TextReaderTest, JsonLinesGiveOneField) {
  const std::string bytes =
      "{\"id\": 1, \"text\": \"a\\nb\"}\n\n  \r\n{\"text\": \"caf\\u00e9\", \"title\": \"T\"}\r\n";
  EXPECT_EQ(read("a.jsonl", bytes), (Records{"1:a\nb", "4:caf\u00e9"}));
  EXPECT_EQ(read("a.JSONL", bytes).size(), 2u);
  EXPECT_EQ(read("a.ndjson", bytes).size(), 2u);
  ReaderOptions options;
  options.field = "title";
  EXPECT_FAILS(read("a.jsonl", bytes, options), kCorrupt, "a.jsonl:1: the field 'title' is missing");
  EXPECT_FAILS(read("a.jsonl", "{\"text\": 7}"), kCorrupt, "a.jsonl:1: text: expected a string, found the integer 7");
  EXPECT_FAILS(read("a.jsonl", "{\"text\": null}"), kCorrupt, "a.jsonl:1: the field 'text' is missing");
  EXPECT_FAILS(read("a.jsonl", "{\"text\": \"x\"}\n{\"text\": }"), kCorrupt, "a.jsonl:2: not JSON at byte 9");
  EXPECT_FAILS(read("a.jsonl", "[\"x\"]"), kCorrupt, "a.jsonl:1: expected an object, found an array");
}

TEST_F(TextReaderTest, CsvFollowsRfc4180) {
  EXPECT_EQ(read("a.csv",
                 "id,text,note\r\n1,plain,x\r\n2,\"with, comma\",y\r\n3,\"two\nlines "
                 "\"\"quoted\"\"\",\n\n4,,z\n5,a\"b,\n6,\"\",\"\"\n7,x,"),
            (Records{"2:plain", "3:with, comma", "4:two\nlines \"quoted\"", "7:", "8:a\"b", "9:", "10:x"}));
  EXPECT_EQ(read("a.csv", "x\n\"a\r\nb\"\nc"), (Records{"2:a\r\nb", "4:c"}));
  EXPECT_EQ(read("a.csv", ""), Records{});
  EXPECT_EQ(read("a.csv", "text\n"), Records{});
}

TEST_F(TextReaderTest, BrokenCsvNamesFileAndLine) {
  EXPECT_FAILS(read("a.csv", "a,text\n1,x\n1,x,y\n"), kCorrupt,
               "a.csv:3: expected 2 fields as in the first record, found 3");
  EXPECT_FAILS(read("a.csv", "a,text\n1\n"), kCorrupt, "a.csv:2: expected 2 fields as in the first record, found 1");
  EXPECT_FAILS(read("a.csv", "text\n\"never\ncloses\n"), kCorrupt, "a.csv:2: a quote opens here and never closes");
  EXPECT_FAILS(read("a.csv", "text\n\"a\nb\"c\n"), kCorrupt,
               "a.csv:3: expected the field to end after its closing quote, found 'c'");
}

TEST_F(TextReaderTest, ColumnsAreChosenByNameOrNumber) {
  const std::string bytes = "title,body,2\nT,B,C\n";
  const auto column = [&](const std::string& name) {
    ReaderOptions options;
    options.column = name;
    return read("a.csv", bytes, options);
  };
  EXPECT_EQ(column("body"), (Records{"2:B"}));
  EXPECT_EQ(column("1"), (Records{"2:T"}));
  EXPECT_EQ(column("2"), (Records{"2:C"}));  // a name goes first
  EXPECT_EQ(column("3"), (Records{"2:C"}));
  for (const char* const wrong : {"0", "4", "-1", "Body", "1x"}) {
    EXPECT_FAILS(column(wrong), kInvalidArgument,
                 concat("there is no column '", wrong, "'; its columns are 'title', 'body', '2'"));
  }
  EXPECT_FAILS(column(""), kInvalidArgument,
               "a.csv: which column holds the texts? its columns are 'title', 'body', '2'");
  EXPECT_FAILS(read("a.csv", "text,text\n"), kInvalidArgument, "two columns are named 'text'");
}

TEST_F(TextReaderTest, WithoutAHeaderTheFirstRecordIsAText) {
  ReaderOptions options;
  options.header = false;
  EXPECT_EQ(read("a.csv", "one\ntwo\n", options), (Records{"1:one", "2:two"}));
  EXPECT_FAILS(read("a.csv", "a,b\n", options), kInvalidArgument, "which column holds the texts? it has 2 columns");
  options.column = "2";
  EXPECT_EQ(read("a.csv", "a,b\nc,d\n", options), (Records{"1:b", "2:d"}));
}

TEST_F(TextReaderTest, TabsSeparateAndQuotesMeanNothing) {
  EXPECT_EQ(read("a.tsv", "score\ttext\n0.8\t\"Then he left.\n1\ta, \"b\"\r\n"),
            (Records{"2:\"Then he left.", "3:a, \"b\""}));
}

TEST_F(TextReaderTest, GzipIsToldByItsBytes) {
  const std::string text = "one\ntwo\n";
  EXPECT_EQ(read("a.txt", gzip(text)), (Records{"1:one", "2:two"}));
  EXPECT_EQ(read("a.jsonl.gz", gzip("{\"text\": \"x\"}\n")), (Records{"1:x"}));
  EXPECT_EQ(read("a.gz", gzip(text) + gzip("three")), (Records{"1:one", "2:two", "3:three"}));
  EXPECT_EQ(read("a.gz", gzip("\xEF\xBB\xBFx")), (Records{"1:x"}));
  EXPECT_EQ(read("a.gz", gzip("")), Records{});
  EXPECT_EQ(read("a.gz", "not gzip"), (Records{"1:not gzip"}));
  std::string large;
  for (int i = 0; i < 200'000; ++i) large += concat("line ", i, "\n");
  EXPECT_EQ(read("a.gz", gzip(large)).back(), "200000:line 199999");
}

TEST_F(TextReaderTest, ZstdIsToldByItsBytes) {
  EXPECT_EQ(read("a.txt", zstd("one\ntwo\n")), (Records{"1:one", "2:two"}));
  EXPECT_EQ(read("a.jsonl.zst", zstd("{\"text\": \"x\"}\n")), (Records{"1:x"}));
  EXPECT_EQ(read("a.csv.zst", zstd("id,text\n1,x\n")), (Records{"2:x"}));
  EXPECT_EQ(read("a.zst", zstd("\xEF\xBB\xBFx")), (Records{"1:x"}));
}

TEST_F(TextReaderTest, ReadsBlocksUpToABound) {
  TextReader reader(folder.add("a.txt", "aaaa\nbb\nc\ndddd\ne\n"));
  std::vector<TextRecord> block;
  reader.read(2, 1000, block);
  EXPECT_EQ(block.size(), 2u);
  reader.read(10, 5, block);
  ASSERT_EQ(block.size(), 2u);
  EXPECT_EQ(block[0].text, "c");
  EXPECT_EQ(block[1].text, "dddd");
  EXPECT_EQ(block[1].line, 4);
  reader.read(10, 1000, block);
  ASSERT_EQ(block.size(), 1u);
  EXPECT_EQ(block[0].text, "e");
  reader.read(10, 1000, block);
  EXPECT_TRUE(block.empty());
}

TEST_F(TextReaderTest, BlocksTakeTheMemoryOfShortTextsAndLeaveThatOfLongOnes) {
  const std::string line(500, 'x');
  TextReader reader(folder.add("a.txt", concat(line, '\n', std::string(100000, 'y'), '\n', line, "\nz\nz\n")));
  std::vector<TextRecord> block;
  reader.read(2, 1 << 20, block);
  ASSERT_EQ(block.size(), 2u);
  reader.read(3, 1 << 20, block);
  ASSERT_EQ(block.size(), 3u);
  EXPECT_EQ(block[0].text, line);
  EXPECT_EQ(block[1].text, "z");
  EXPECT_GE(block[1].text.capacity() + block[0].text.capacity() + block[2].text.capacity(), 1000u);
  for (const TextRecord& record : block) EXPECT_LT(record.text.capacity(), 4096u);
}

TEST_F(TextReaderTest, WhatCannotBeReadIsAnError) {
  EXPECT_FAILS(TextReader(folder.path()), kInvalidArgument, "is a directory");
  EXPECT_FAILS(TextReader(folder / "none.txt"), kNotFound, "no such file: ");
}

TEST_F(TextReaderTest, APipeIsFollowedLineByLine) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int saved = ::dup(STDIN_FILENO);
  ASSERT_EQ(::dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
  const auto type = [&](std::string_view text) {
    ASSERT_EQ(::write(ends[1], text.data(), text.size()), std::ssize(text));
  };
  type("first\nsec");
  TextReader reader("-");
  TextRecord record;
  ASSERT_TRUE(reader.next(record));  // while the writer is still there
  EXPECT_EQ(record.text, "first");
  type("ond\n\xE2");
  ASSERT_TRUE(reader.next(record));
  EXPECT_EQ(record.text, "second");
  type("\x82\xAC");
  ::close(ends[1]);
  ASSERT_TRUE(reader.next(record));
  EXPECT_EQ(record.text, "\u20ac");
  EXPECT_FALSE(reader.next(record));
  EXPECT_EQ(reader.name(), "standard input");
  EXPECT_EQ(reader.total_bytes(), 0);
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
  ::close(ends[0]);
}

TEST_F(TextReaderTest, ABlockHoldsNoTextsBackForOnesThatAreNotWritten) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto type = [&](std::string_view text) {
    ASSERT_EQ(::write(ends[1], text.data(), text.size()), std::ssize(text));
  };
  type("first\nsecond\nthi");
  TextReader reader("/dev/fd/" + std::to_string(ends[0]));
  std::vector<TextRecord> block;
  const auto texts = [&] {
    std::string out;
    reader.read(100, 1 << 20, block);  // while the writer is still there
    for (const TextRecord& record : block) out.append(record.text).append("|");
    return out;
  };
  EXPECT_EQ(texts(), "first|second|");
  type("rd\n");
  EXPECT_EQ(texts(), "third|");
  type("fourth\n\nsixth");
  ::close(ends[1]);
  EXPECT_EQ(texts(), "fourth||sixth|");
  EXPECT_EQ(texts(), "");
  ::close(ends[0]);
}

TEST_F(TextReaderTest, BytesOfAnyKindAreReadOrRefused) {
  std::uint32_t state = 7;
  for (int round = 0; round < 3000; ++round) {
    const std::string starts[] = {"text\n", "\x1F\x8B\x08", "{\"text\":\"", "\x28\xB5\x2F\xFD"};
    std::string bytes = starts[round / 4 % 4];
    for (int i = 0; i < 30; ++i) {
      state = state * 1664525 + 1013904223;
      constexpr std::string_view kBytes = "a\"\",\t\n\r{}:\\\xC3\xA9\xFF\x1F\x8B";
      bytes.push_back(kBytes[(state >> 16) % kBytes.size()]);
    }
    ReaderOptions options;
    options.format = static_cast<TextFormat>(1 + round % 4);
    options.lossy = round % 2 == 0;
    try {
      read("a", bytes, options);
    } catch (const Error&) {
    }
  }
}

}  // namespace
}  // namespace sememe
