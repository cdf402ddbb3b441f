#include <unistd.h>

#include <algorithm>
#include <future>
#include <iterator>

#include "base/fail.h"
#include "cli/arguments.h"
#include "cli/chunks.h"
#include "cli/command.h"
#include "cli/model_options.h"
#include "cli/terminal.h"
#include "cli/text_input.h"
#include "cli/text_vectors.h"
#include "cli/token_writer.h"
#include "cli/vector_writer.h"

namespace sememe::cli {
namespace {

constexpr Option kOutputOptions[] = {
    {"out", 'o', "FILE", "Write to FILE; its name tells the format: .npy, .jsonl, .csv, and .npz for tokens"},
    {"format", '\0', "npy|npz|jsonl|csv|table",
     "Format of the output (default: by the name of -o, else table on a terminal and jsonl elsewhere)"},
    {"output", '\0', "sentence|tokens", "One vector for each text, or one for each of its tokens (default: sentence)"},
    {"precision", '\0', "float32|binary|ubinary",
     "binary, ubinary: one bit for each component, packed into int8 or uint8 (default: float32)"},
};
constexpr OptionGroup kOutputGroup = {"Output", kOutputOptions};
const OptionGroup kGroups[] = {text_options(), kOutputGroup, model_options()};

/// The format that flags ask for: --format, else the end of -o's name, else what suits standard output.
std::string format_of(const Arguments& arguments, const std::string& name, bool tokens) {
  std::string format = arguments.text("format").value_or("");
  if (format.empty() && name == "-") {
    format = !tokens && is_terminal(STDOUT_FILENO) ? "table" : "jsonl";
  } else if (format.empty()) {
    for (const std::string_view known : {"npy", "npz", "jsonl", "csv"})
      if (name.ends_with(concat('.', known))) format = known;
    if (format.empty())
      fail(ErrorCode::kInvalidArgument, "-o ", quote(name), ": the name does not tell the format; end it in ",
           tokens ? ".npz or .jsonl" : ".npy, .jsonl or .csv", ", or give --format");
  }
  if (tokens ? format != "npz" && format != "jsonl" : format == "npz")
    fail(ErrorCode::kInvalidArgument, "format ", format, " does not hold ",
         tokens ? "tokens; choose npz or jsonl" : "sentence vectors; choose npy, jsonl, csv or table");
  return format;
}

VectorOutput vector_output(const Arguments& arguments, const std::string& name, const std::string& format) {
  VectorOutput output{.name = name};
  if (format == "jsonl") output.format = VectorFormat::kJsonl;
  if (format == "csv") output.format = VectorFormat::kCsv;
  if (format == "table") output.format = VectorFormat::kTable;
  if (arguments.text("precision") == "binary") output.precision = Precision::kBinary;
  if (arguments.text("precision") == "ubinary") output.precision = Precision::kUbinary;
  return output;
}

void refuse_sentence_flags(const Arguments& arguments, const VectorOutput& output) {
  for (const std::string_view flag : {"dimensions", "normalize"})
    if (arguments.source(flag) == Source::kCommandLine)
      fail(ErrorCode::kInvalidArgument, "--", flag, " is for sentence vectors, not for tokens");
  if (output.precision != Precision::kFloat32)
    fail(ErrorCode::kInvalidArgument, "--precision ", *arguments.text("precision"),
         " is for sentence vectors, not for tokens");
}

/// --model is a file of word vectors.
void encode_words(const Arguments& arguments, Console& console, VectorOutput output) {
  TextInput input(arguments);
  const TextVectors words(arguments, console);
  output.count = input.count();
  output.dimensions = words.dimensions();
  const auto writer = make_vector_writer(output);
  words.each(input, &Chunk::texts, [&](Chunk& chunk, const Matrix& vectors) { writer->write(chunk, vectors); });
  writer->finish();
}

int run_encode(const Arguments& arguments, Console& console) {
  const bool tokens = arguments.text("output") == "tokens";
  const std::string name = arguments.text("out").value_or("-"), format = format_of(arguments, name, tokens);
  VectorOutput output = vector_output(arguments, name, format);
  if (tokens) refuse_sentence_flags(arguments, output);
  if (names_word_vectors(arguments)) {
    if (tokens) fail(ErrorCode::kInvalidArgument, "--output tokens is for models, not for word vectors");
    encode_words(arguments, console, output);
    return 0;
  }
  const EncodeOptions options = encode_options(arguments);
  TextInput input(arguments);
  const Encoder encoder = load_encoder(arguments, console);

  const auto encode_chunks = [&](auto& writer, std::int64_t max_texts, auto encode) {
    std::future<void> writing;  // of one chunk, while the next is encoded; its end is waited for wherever this ends
    const auto written = [&] {
      if (writing.valid()) writing.get();
    };
    const auto work = [&](Chunk& chunk) {
      auto vectors = encode(chunk.texts(), chunk.stats);
      if (refuses_long_texts(arguments)) refuse_truncated(chunk, input, encoder);
      written();
      writing = std::async(std::launch::async,
                           [&writer, chunk, vectors = std::move(vectors)] { writer.write(chunk, vectors); });
    };
    const Totals totals = for_each_chunk(input, console, work, max_texts);
    written();
    writer.finish();
    report(totals, encoder, console);
  };
  using Texts = std::vector<std::string_view>;
  using Stats = std::vector<TextStats>;
  if (tokens) {
    // Encoding nothing gives the width of the rows, and an error if the options do not fit the model.
    const std::int64_t width = encoder.encode_tokens(Texts(), options).vectors.cols();
    const std::int64_t max_texts = std::max<std::int64_t>(1, options.batch_tokens / encoder.info().max_tokens);
    const auto writer = format == "npz" ? make_npz_token_writer(name, width) : make_jsonl_token_writer(name);
    encode_chunks(*writer, max_texts,
                  [&](const Texts& texts, Stats& stats) { return encoder.encode_tokens(texts, options, &stats); });
  } else {
    output.count = input.count();
    output.dimensions = encoder.encode(Texts(), options).cols();
    const auto writer = make_vector_writer(output);
    encode_chunks(*writer, kMaxChunkTexts,
                  [&](const Texts& texts, Stats& stats) { return encoder.encode(texts, options, &stats); });
  }
  return 0;
}

}  // namespace

const Command kEncode = {
    .name = "encode",
    .summary = "Turn texts into vectors",
    .operands = "[TEXT...]",
    .max_operands = 1 << 30,
    .description =
        "Reads texts from the command line, from a file or from standard input, and writes one vector for each, in "
        "their order. Files of any size are taken in pieces, and memory does not grow with them. With a file of word "
        "vectors as -m a text is the mean of its words, or by --pooling sif or usif a weighted one, from which what "
        "all "
        "texts have in common is taken away; these are read as a whole.",
    .examples =
        "sememe encode \"The quick brown fox\" \"jumps over the lazy dog\"\n"
        "sememe encode -i sentences.txt -o vectors.npy\n"
        "sememe encode -m BAAI/bge-small-en-v1.5 -i rows.jsonl --field title -o vectors.jsonl\n"
        "sememe encode -m glove.6B.300d.txt --pooling sif -i sentences.txt -o vectors.npy\n",
    .groups = kGroups,
    .run = run_encode,
};

}  // namespace sememe::cli
