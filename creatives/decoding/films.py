"""Films: checked, repacked, and a poster taken.

The pictures of a film are copied as they are: encoding anew would take minutes. Everything around
them is written here: sound (banners play muted), titles, places, chapters, subtitles, attachments,
further tracks, and whatever lay between or behind the tracks stay out.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import av
import av.audio.codeccontext
import av.audio.stream
import av.subtitles.codeccontext
import av.subtitles.stream  # these four are loaded when a track needs them, which is too late here
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image, ImageStat

from creatives import encoding
from creatives.decoding import boxes, measuring, pictures
from creatives.decoding.limits import MAX_FILM_FRAMES, MAX_FILM_SECONDS
from creatives.decoding.protocol import Made, Refusal
from creatives.encoding import Encoded

# FFmpeg's names of the codecs that browsers play, by FFmpeg's name of the container.
CODECS: Final = {"mov": {"h264", "av1", "vp9"}, "matroska": {"vp8", "vp9", "av1"}}
DEPTHS: Final = {
    "h264": {"yuv420p", "yuvj420p"},
    "vp8": {"yuv420p", "yuva420p"},
    "vp9": {"yuv420p", "yuva420p"},
    "av1": {"yuv420p", "yuv420p10le"},
}
# Messages inside the stream: encoders sign there, and anything could be said there.
SILENCE: Final = {"h264": "filter_units=remove_types=6", "av1": "filter_units=remove_types=5|15"}
# No file that a film names is opened; a clock that FFmpeg would note is left out.
OPEN: Final = {"enable_drefs": "0", "use_absolute_path": "0", "protocol_whitelist": "none"}
BITEXACT: Final = {"fflags": "+bitexact"}
ROOM: Final = 1024
"""The index of an MP4 goes before its pictures, so that it plays before all of it is there."""
MISSING_SECONDS: Final = 1.0
UNIFORM: Final = 8.0
"""Standard deviation of grey (0 to 255) below which a frame says nothing: black, a fade."""
CLOSE_LOOK: Final = (64, 64)
TOLERANCE: Final = Fraction(1, 10)
"""An editor's fifteen seconds end with the frame that begins there."""
DECODERS: Final = {"libdav1d": "av1", "libvpx-vp9": "vp9", "libvpx": "vp8", "libaom-av1": "av1"}
FILES: Final = {"mov": ("video/mp4", "mp4"), "matroska": ("video/webm", "webm")}


@dataclass(frozen=True, slots=True)
class Track:
    """The packets of the pictures, and what they amount to."""

    stream: VideoStream
    packets: list["Packet[VideoStream]"]
    duration_ms: int


def made(data: bytes, container: str) -> Made:
    """What is served of a film; `container` is FFmpeg's name. Raises Refusal."""
    try:
        if container == "mov":
            boxes.check(data)
        with av.open(io.BytesIO(data), "r", format=container, options=OPEN) as film:
            track = _track(film, container)
            sound = bool(film.streams.audio)
            served = _repacked(track, container)
        return _result(served, track, container, sound=sound)
    except MemoryError:
        raise
    except av.FFmpegError:
        raise Refusal("film_broken") from None


def _track(film: InputContainer, container: str) -> Track:
    stream = _stream(film, container)
    packets = list(_packets(film, stream))
    if not packets or not packets[0].is_keyframe:
        raise Refusal("film_broken")
    duration = _duration(packets)
    promised = Fraction(film.duration or 0, av.time_base)
    is_short_of = bool(stream.frames) and len(packets) < stream.frames
    if is_short_of or (not stream.frames and promised > duration + MISSING_SECONDS):
        raise Refusal("film_broken")
    return Track(stream, packets, round(duration * 1000))


def _stream(film: InputContainer, container: str) -> VideoStream:
    """The one track of pictures that browsers can play; a cover picture is none."""
    found = [
        s for s in film.streams.video if not s.disposition & av.stream.Disposition.attached_pic
    ]
    if not found:
        raise Refusal("film_empty")
    stream = found[0]
    name, depth = _codec(stream), stream.codec_context.pix_fmt if stream.codec_context else None
    if name not in CODECS[container]:
        raise Refusal("film_codec", codec=name)
    if depth is None:  # its first pictures could not be read
        raise Refusal("film_broken")
    if depth not in DEPTHS[name]:
        raise Refusal("film_codec", codec=f"{name}, {depth}")
    pictures.check_canvas(stream.codec_context.width, stream.codec_context.height)
    return stream


def _codec(stream: VideoStream) -> str:
    """The name of its codec; a question mark where FFmpeg has no decoder."""
    name = stream.codec_context.name if stream.codec_context else "?"
    return DECODERS.get(name, name)


def _packets(film: InputContainer, stream: VideoStream) -> Iterator["Packet[VideoStream]"]:
    """What is really there, whatever the header says of it; no more than is possible."""
    count, first = 0, None
    for packet in film.demux(stream):
        if packet.dts is None or packet.pts is None:
            continue
        if packet.is_corrupt:
            raise Refusal("film_broken")
        first = packet.pts if first is None else first
        count += 1
        if count > MAX_FILM_FRAMES:
            raise Refusal("film_frames", frames=count)
        if (packet.pts - first) * packet.time_base > MAX_FILM_SECONDS:
            raise Refusal("film_long")
        yield packet


def _duration(packets: list["Packet[VideoStream]"]) -> Fraction:
    begin = min(packet.pts or 0 for packet in packets)
    last = max(packets, key=lambda packet: packet.pts or 0)
    ticks = (last.pts or 0) + (last.duration or 0) - begin
    seconds = Fraction(ticks * last.time_base)
    if seconds > MAX_FILM_SECONDS + TOLERANCE:
        raise Refusal("film_long")
    return seconds


def _repacked(track: Track, container: str) -> bytes:
    if container == "matroska":
        return _written(track, "webm", BITEXACT)
    size = boxes.size_of(_written(track, "mp4", BITEXACT), b"moov")
    return _written(track, "mp4", BITEXACT | {"moov_size": str(size + ROOM)})


def _written(track: Track, form: str, options: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=form, options=options) as film:
        stream = film.add_stream_from_template(track.stream, opaque=True)
        for packet in _silenced(track, stream):
            packet.stream = stream
            film.mux(packet)
    return out.getvalue()


def _silenced(track: Track, stream: VideoStream) -> Iterator["Packet[Stream]"]:
    """Copies of the packets: writing changes their clock."""
    name = SILENCE.get(_codec(track.stream), "null")
    silence = BitStreamFilterContext(name, track.stream, stream)
    for packet in track.packets:
        yield from silence.filter(_copy(packet))
    yield from silence.filter(None)


def _copy(packet: "Packet[VideoStream]") -> "Packet[Stream]":
    other = Packet(bytes(packet))
    other.pts, other.dts, other.duration = packet.pts, packet.dts, packet.duration
    other.time_base, other.is_keyframe = packet.time_base, packet.is_keyframe
    return other


def _result(served: bytes, track: Track, container: str, *, sound: bool) -> Made:
    """The poster is taken from what is served: a film that does not play has none."""
    poster = _poster(served, container)
    mime, extension = FILES[container]
    return Made(
        width=poster.width,
        height=poster.height,
        frames=len(track.packets),
        duration_ms=track.duration_ms,
        served=(Encoded(served, mime, extension, poster.width, poster.height),),
        thumbnail=encoding.thumbnail(poster),
        facts=measuring.facts(poster, sound=sound),
        poster=encoding.still(poster),
    )


def _poster(served: bytes, container: str) -> Image.Image:
    """The first frame that shows something; the first of all if none does."""
    first = None
    with av.open(io.BytesIO(served), "r", format=container, options=OPEN) as film:
        stream = film.streams.video[0]
        stream.codec_context.thread_count = 1  # each thread holds pictures of its own
        for frame in film.decode(stream):
            picture = _picture(frame)
            if not _is_uniform(picture):
                return picture
            first = first or picture
    if first is None:
        raise Refusal("film_broken")
    return first


def _picture(frame: VideoFrame) -> Image.Image:
    """A frame as it is seen: phones note how they were held."""
    picture: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
    return picture.rotate(frame.rotation, expand=True)


def _is_uniform(picture: Image.Image) -> bool:
    small = picture.resize(CLOSE_LOOK, Image.Resampling.BOX).convert("L")
    return float(ImageStat.Stat(small).stddev[0]) < UNIFORM
