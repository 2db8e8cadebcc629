"""An RTSP camera for tests and the demo: serves video files in an endless loop over TCP and UDP.

usage: rtsp-camera.py --mount /one=FILE.mp4 [--mount /two=FILE.mp4 ...] [--sound /one=FILE.wav ...]
                      [--port 0] [--user U --password P]

Prints one line of JSON, {"port": N}, when it listens. Files are H.264 or H.265 in MP4 and are not re-encoded:
the packets are read once and replayed with timestamps that go on rising. Sound is sent as G.711 (mu-law, 8 kHz), as most cameras do, and
starts again with the video. A scene starts at its beginning with its first client.
"""
import argparse
import json
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

PARSERS = {"video/x-h264": ("h264parse", "rtph264pay", "byte-stream"),
           "video/x-h265": ("h265parse", "rtph265pay", "byte-stream")}


def pull(launch):
    """All that comes to the appsink `out` of a pipeline: (caps, [(bytes, pts, dts, duration, is_delta)])."""
    pipeline = Gst.parse_launch(f"{launch} ! appsink name=out sync=false max-buffers=0")
    sink = pipeline.get_by_name("out")
    pipeline.set_state(Gst.State.PLAYING)
    packets, caps = [], None
    while True:
        sample = sink.emit("pull-sample")
        if sample is None:
            break
        caps = caps or sample.get_caps()
        buffer = sample.get_buffer()
        ok, info = buffer.map(Gst.MapFlags.READ)
        assert ok
        packets.append([bytes(info.data), buffer.pts, buffer.dts, buffer.duration,
                        buffer.has_flags(Gst.BufferFlags.DELTA_UNIT)])
        buffer.unmap(info)
    pipeline.set_state(Gst.State.NULL)
    return caps, packets


def read_packets(path):
    """All access units of the file: (codec, caps, [(bytes, pts, dts, duration, is_delta)], length in ns)."""
    caps, packets = pull(f'filesrc location="{path}" ! qtdemux ! parsebin')
    if not packets:
        sys.exit(f"{path}: no H.264 or H.265 video")
    first = min(p[1] for p in packets)
    for p in packets:
        p[1] -= first
        p[2] = p[1] if p[2] == Gst.CLOCK_TIME_NONE else max(0, p[2] - first)
    times = sorted(p[1] for p in packets)
    step = times[1] - times[0] if len(times) > 1 else Gst.SECOND // 25
    return caps.get_structure(0).get_name(), caps.to_string(), packets, times[-1] + step


def read_sound(path, length):
    """As read_packets, of a WAV file: (caps, packets) up to `length` ns."""
    caps, packets = pull(
        f'filesrc location="{path}" ! wavparse ! audioconvert ! audioresample ! audio/x-raw,rate=8000,channels=1 '
        "! audiobuffersplit output-buffer-duration=1/25 ! mulawenc")
    packets = [[data, pts, pts, duration, False] for data, pts, _, duration, _ in packets if pts < length]
    if not packets:
        sys.exit(f"{path}: no sound")
    return caps.to_string(), packets


class Looper:
    """Feeds one client pipeline: as many packets as the pipeline asks for, for ever."""

    def __init__(self, packets, length):
        self.packets, self.length = packets, length
        self.index, self.turn = 0, 0

    def feed(self, source, _wanted):
        data, pts, dts, duration, delta = self.packets[self.index]
        buffer = Gst.Buffer.new_wrapped(data)
        offset = self.turn * self.length
        buffer.pts, buffer.dts, buffer.duration = pts + offset, dts + offset, duration
        if delta:
            buffer.set_flags(Gst.BufferFlags.DELTA_UNIT)
        source.emit("push-buffer", buffer)
        self.index += 1
        if self.index == len(self.packets):
            self.index, self.turn = 0, self.turn + 1


class Camera(GstRtspServer.RTSPMediaFactory):
    def __init__(self, path, sound_path):
        super().__init__()
        self.codec, self.caps, self.packets, self.length = read_packets(path)
        parser, payloader, _ = PARSERS[self.codec]
        self.sound = read_sound(sound_path, self.length) if sound_path else None
        sound = ("appsrc name=snd is-live=true format=time block=false max-bytes=8000 "
                 "! rtppcmupay name=pay1 pt=0 ") if self.sound else ""
        self.set_launch(f"( appsrc name=src is-live=true format=time block=false max-bytes=400000 ! {parser} "
                        f"! {payloader} name=pay0 pt=96 config-interval=-1 {sound})")
        self.set_shared(True)
        self.set_latency(0)
        self.connect("media-configure", self.on_media)

    def on_media(self, _factory, media):
        source = media.get_element().get_by_name_recurse_up("src")
        source.set_property("caps", Gst.Caps.from_string(self.caps))
        source.connect("need-data", Looper(self.packets, self.length).feed)
        if self.sound:
            caps, packets = self.sound
            heard = media.get_element().get_by_name_recurse_up("snd")
            heard.set_property("caps", Gst.Caps.from_string(caps))
            heard.connect("need-data", Looper(packets, self.length).feed)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--mount", action="append", required=True)
    arguments.add_argument("--sound", action="append", default=[])
    arguments.add_argument("--port", default="0")
    arguments.add_argument("--user")
    arguments.add_argument("--password")
    options = arguments.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(options.port)
    if options.user:
        auth = GstRtspServer.RTSPAuth()
        auth.set_supported_methods(GstRtspServer.RTSPAuthMethod.DIGEST if hasattr(
            GstRtspServer, "RTSPAuthMethod") else 2)
        token = GstRtspServer.RTSPToken()
        token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "viewer")
        auth.add_digest(options.user, options.password, token)
        server.set_auth(auth)
    sounds = dict(sound.split("=", 1) for sound in options.sound)
    for mount in options.mount:
        path, _, file = mount.partition("=")
        camera = Camera(file, sounds.get(path))
        if options.user:
            permissions = GstRtspServer.RTSPPermissions()
            permissions.add_permission_for_role("viewer", "media.factory.access", True)
            permissions.add_permission_for_role("viewer", "media.factory.construct", True)
            camera.set_permissions(permissions)
        server.get_mount_points().add_factory(path, camera)
    if server.attach(None) == 0:
        sys.exit("the port is taken")
    print(json.dumps({"port": server.get_bound_port()}), flush=True)
    GLib.MainLoop().run()


main()
