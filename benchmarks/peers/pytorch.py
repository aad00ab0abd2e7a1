"""PyTorch on the processor, in its plain form."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from benchmarks.peers.base import Peer
from benchmarks.shapes import Job

ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid}


class PyTorch(Peer):
    """`nn.Sequential`, a loop over batches, rows gathered from one tensor; no DataLoader.

    The fastest of the plain forms that we tried: the fused optimizers (Adam: 800 microseconds a
    step of the small job; foreach 1,030, a loop over the parameters 1,130), class numbers as
    targets (one-hot ones took 7 % longer), rows gathered batch by batch (the whole epoch at once
    took 20 % longer for mnist, and as long elsewhere), the loss never asked for as a number.
    """

    def __init__(self, job: Job, threads: int | None) -> None:
        super().__init__(job, threads)
        if threads is not None:
            torch.set_num_threads(threads)
        self.rows = torch.from_numpy(self.X)
        self.targets = torch.from_numpy(self.labels)
        self.loss: Any = functional.cross_entropy
        if job.is_binary:
            self.targets = self.targets.to(self.rows.dtype)[:, None]
            self.loss = functional.binary_cross_entropy_with_logits

    def start(self) -> None:
        torch.manual_seed(0)
        modules: list[Any] = []
        for W, b in self.job.weights():
            layer = nn.Linear(W.shape[0], W.shape[1], dtype=self.rows.dtype)
            with torch.no_grad():
                layer.weight.copy_(torch.from_numpy(W.T))
                layer.bias.copy_(torch.from_numpy(b))
            modules += [layer, ACTIVATIONS[self.job.activation]()]
        self.model = nn.Sequential(*modules[:-1])
        kind: Any = torch.optim.Adam if self.job.optimizer == "adam" else torch.optim.SGD
        self.optimizer = kind(self.model.parameters(), lr=self.job.learning_rate, fused=True)

    def run(self, n_epochs: int) -> None:
        for _ in range(n_epochs):
            if not self.job.shuffle and self.job.batch >= self.job.n_rows:
                self.step(self.rows, self.targets)
                continue
            order = torch.randperm(len(self.rows))
            for batch in order.split(self.job.batch):
                self.step(self.rows.index_select(0, batch), self.targets.index_select(0, batch))

    def step(self, X: Any, targets: Any) -> None:
        loss = self.loss(self.model(X), targets)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def parameters(self) -> list[tuple[Any, Any]]:
        layers = [module for module in self.model if isinstance(module, nn.Linear)]
        return [(layer.weight.detach().numpy().T, layer.bias.detach().numpy()) for layer in layers]
