#include "cli/tokenizer_commands.h"

namespace sememe::cli {
namespace {

constexpr const Command* kSubcommands[] = {&kTokenizerTrain, &kTokenizerInfo};

}  // namespace

const Command kTokenizer = {
    .name = "tokenizer",
    .summary = "Train tokenizers and look into them",
    .description = "Makes the tokenizer.json of a model from texts, or shows what one is made of.",
    .examples =
        "sememe tokenizer train -i corpus.txt -o tokenizer.json --type wordpiece --vocab-size 30000\n"
        "sememe tokenizer info tokenizer.json\n",
    .subcommands = kSubcommands,
};

}  // namespace sememe::cli
