"""Writes masked-lm/: a tiny BertForMaskedLM with random weights, and its loss and gradients in float64.

Needs PyPI transformers 5.24 and torch. Run: python3 tests/golden/make_masked_lm.py
"""

import pathlib

import numpy
import torch
from transformers import BertConfig, BertForMaskedLM

HERE = pathlib.Path(__file__).parent / "masked-lm"
# Texts after masking (4 is [MASK]), and what stood there; -100 where nothing is asked.
IDS = [[2, 4, 7, 4, 9, 3], [2, 11, 3], [2, 5, 4, 22, 6, 13, 3]]
LABELS = [[-100, 8, -100, 12, 9, -100], [-100, -100, -100], [-100, -100, 21, 5, -100, -100, -100]]


def main() -> None:
    torch.manual_seed(20261129)
    HERE.mkdir(exist_ok=True)
    config = BertConfig(vocab_size=23, hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=17,
                        max_position_embeddings=8, layer_norm_eps=1e-12)
    model = BertForMaskedLM(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            gain = "LayerNorm.weight" in name
            parameter.normal_(1.0 if gain else 0.0, 0.2 if parameter.ndim == 1 else 0.4)
    model.save_pretrained(HERE)
    model.double()
    longest = max(map(len, IDS))
    pad = lambda rows, value: torch.tensor([row + [value] * (longest - len(row)) for row in rows])
    loss = model(input_ids=pad(IDS, 0), attention_mask=pad([[1] * len(row) for row in IDS], 0),
                 labels=pad(LABELS, -100)).loss
    loss.backward()
    asked = [(t, i) for t, row in enumerate(LABELS) for i, label in enumerate(row) if label >= 0]
    offsets = numpy.cumsum([0] + [len(row) for row in IDS])
    numpy.savez(HERE / "expected.npz", loss=loss.item(), ids=numpy.concatenate(IDS), offsets=offsets,
                rows=numpy.array([offsets[t] + i for t, i in asked]), labels=numpy.array([LABELS[t][i] for t, i in asked]),
                **{f"grad/{name}": p.grad.numpy() for name, p in model.named_parameters()})
    print(loss.item())


if __name__ == "__main__":
    main()
