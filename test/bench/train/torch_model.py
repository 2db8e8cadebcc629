"""The video transformer of src/train/models/video-transformer.ts in PyTorch, for the bench `train`.

Written the way PyTorch is fast on a CPU: one projection for query, key and value, scaled_dot_product_attention,
fused AdamW. Reads the plan (a JSON file), then one command a line from standard input:
  steps N  runs N training steps, answers {"seconds": ..., "cpuSeconds": ..., "losses": [...]}
  peak     answers {"bytes": ...}, the highest resident memory of this process so far
"""

import json
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.up = nn.Linear(width, hidden)
        self.down = nn.Linear(hidden, width)

    def forward(self, x, causal):
        batch, length, width = x.shape
        qkv = self.qkv(self.norm1(x)).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        seen = F.scaled_dot_product_attention(query, key, value, is_causal=causal)
        x = x + self.out(seen.transpose(1, 2).reshape(batch, length, width))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


def sin_cos(count, width):
    half = width // 2
    angle = torch.arange(count)[:, None] / 10_000 ** (torch.arange(half) / half)
    return torch.cat([angle.sin(), angle.cos()], 1).float()


def grid_positions(rows, columns, width):
    down = sin_cos(rows, width // 2)[:, None].expand(rows, columns, width // 2)
    across = sin_cos(columns, width // 2)[None].expand(rows, columns, width // 2)
    return torch.cat([down, across], 2).reshape(rows * columns, width)


class VideoTransformer(nn.Module):
    def __init__(self, settings, labels):
        super().__init__()
        s, clip = settings, settings["clip"]
        width, self.patch, self.tubelet = s["width"], s["patchPx"], s["tubeletFrames"]
        self.rows, self.columns = clip["heightPx"] // self.patch, clip["widthPx"] // self.patch
        self.moments = clip["frames"] // self.tubelet
        self.size = self.tubelet * self.patch * self.patch * 3
        self.patch_projection = nn.Linear(self.size, width)
        self.space = nn.ModuleList(Block(width, s["heads"], s["hidden"]) for _ in range(s["depthSpace"]))
        self.embed = nn.LayerNorm(width)
        self.time = nn.ModuleList(Block(width, s["heads"], s["hidden"]) for _ in range(s["depthTime"]))
        self.final = nn.LayerNorm(width)
        self.head = nn.Linear(width, labels)
        self.register_buffer("place", grid_positions(self.rows, self.columns, width), persistent=False)
        self.register_buffer("moment", sin_cos(self.moments, width), persistent=False)

    def patchify(self, clips):
        n, s, t, p = clips.shape[0], self.moments, self.tubelet, self.patch
        cut = clips.float().view(n * s, t, self.rows, p, self.columns, p, 3).permute(0, 2, 4, 1, 3, 5, 6)
        flat = cut.reshape(n * s, -1)
        variance, mean = torch.var_mean(flat, 1, correction=0, keepdim=True)
        return ((flat - mean) / (variance + 64).sqrt()).view(n * s, self.rows * self.columns, self.size)

    def forward(self, clips):
        x = self.patch_projection(self.patchify(clips)) + self.place
        for block in self.space:
            x = block(x, False)
        x = self.embed(x.mean(1)).view(clips.shape[0], self.moments, -1) + self.moment
        for block in self.time:
            x = block(x, True)
        return self.head(self.final(x).mean(1))


def load(model, plan):
    """Our flat weights. Linear layers are [in, out] here and [out, in] in PyTorch."""
    flat = torch.from_numpy(numpy.fromfile(plan["weightsPath"], dtype=numpy.float32))
    ours = {e["name"]: flat[e["start"] : e["start"] + e["count"]].view(e["shape"]) for e in plan["entries"]}
    theirs = {}
    for name in sorted({key.rsplit(".", 1)[0] for key in ours}):
        target = name.replace("patch", "patch_projection")
        for stage in ("space", "time"):
            if target.startswith(stage):
                target = f"{stage}.{target[len(stage) :]}"
        if target.endswith((".key", ".value")):
            continue
        parts = [name]
        if target.endswith(".query"):
            stem = name[: -len("query")]
            parts, target = [stem + part for part in ("query", "key", "value")], target[: -len("query")] + "qkv"
        if f"{name}.gain" in ours:
            theirs[f"{target}.weight"] = ours[f"{name}.gain"]
        else:
            theirs[f"{target}.weight"] = torch.cat([ours[f"{part}.weight"] for part in parts], 1).T.contiguous()
        theirs[f"{target}.bias"] = torch.cat([ours[f"{part}.bias"] for part in parts])
    model.load_state_dict(theirs)


def peak_bytes():
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def main():
    with open(sys.argv[1]) as file:
        plan = json.load(file)
    torch.set_num_threads(plan["threads"])
    model = VideoTransformer(plan["settings"], plan["labels"])
    load(model, plan)
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": plan["weightDecay"]}, {"params": plain, "weight_decay": 0}],
        lr=plan["rate"], betas=(0.9, 0.999), eps=1e-8, fused=True,
    )
    clip = plan["settings"]["clip"]
    shape = (-1, plan["batch"], clip["frames"], clip["heightPx"], clip["widthPx"], 3)
    clips = torch.from_numpy(numpy.fromfile(plan["clipsPath"], dtype=numpy.uint8)).view(shape)
    target = torch.from_numpy(numpy.fromfile(plan["targetPath"], dtype=numpy.float32))
    target = target.view(-1, plan["batch"], plan["labels"])
    done = 0
    print(json.dumps({"ready": torch.__version__}), flush=True)
    for line in sys.stdin:
        command, *rest = line.split()
        if command == "peak":
            print(json.dumps({"bytes": peak_bytes()}), flush=True)
            continue
        losses = []
        start, cpu = time.perf_counter(), time.process_time()
        for _ in range(int(rest[0])):
            at = done % len(clips)
            optimiser.zero_grad(set_to_none=True)
            loss = F.cross_entropy(model(clips[at]), target[at])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), plan["clipNorm"])
            optimiser.step()
            losses.append(loss.item())
            done += 1
        seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
        print(json.dumps({"seconds": seconds, "cpuSeconds": cpu_seconds, "losses": losses}), flush=True)


main()
