import { language } from './language.ts'

/** What the server says of a camera, in its own English, and the same in Chinese; `$1` is what the server names. */
const chinese: readonly (readonly [RegExp, string])[] = [
  [/^frames arrive$/, '画面正常'],
  [/^frames arrive, over (.+)$/, '画面正常，经由 $1'],
  [/^frames arrive, but nothing is recorded: (.+)$/, '有画面，但没有录像：$1'],
  [/^frames arrive, but no keyframe .*$/, '有画面，但没有可以开始录像的关键帧'],
  [/^frames arrive, but nothing to record$/, '有画面，但没有可录像的数据'],
  [/^frames arrive, but no sound any more$/, '有画面，但已没有声音'],
  [/^the camera refuses the user name or password$/, '摄像机拒绝了用户名或密码'],
  [/^the camera answers 403.*$/, '摄像机回答 403：该用户不能查看此视频流'],
  [/^the camera has no stream at this path.*$/, '摄像机在该路径上没有视频流'],
  [/^the camera answers 453.*$/, '摄像机回答 453：带宽不足或观看者过多'],
  [/^the camera answers 503.*$/, '摄像机回答 503：不可用或观看者过多'],
  [/^the camera refuses the transport.*$/, '摄像机拒绝该传输方式'],
  [/^the camera answers (.+)$/, '摄像机回答 $1'],
  [/^there is no such file$/, '没有这个文件'],
  [/^this is a folder; give a file of it$/, '这是一个文件夹，请给出其中的文件'],
  [/^the file is empty.*$/, '文件是空的，没有视频'],
  [/^the camera refuses the connection$/, '摄像机拒绝连接'],
  [/^the file may not be read.*$/, '运行 Vireo 的用户无权读取该文件'],
  [/^the camera has no sound that can be decoded.*$/, '摄像机没有可以解码的声音，画面照常'],
  [/^the camera does not answer: nothing came for (.+)$/, '摄像机没有响应：$1 内没有数据'],
  [/^the camera does not answer$/, '摄像机没有响应'],
  [/^the camera's host name is not known$/, '找不到摄像机的主机名'],
  [/^what comes is no video that ffmpeg knows$/, '收到的不是 ffmpeg 能识别的视频'],
  [/^there is no video that can be decoded$/, '没有可以解码的视频'],
  [/^the hardware decoder cannot be used.*$/, '无法使用硬件解码器，请查看 vireo doctor 与 hardwareDecode'],
  [/^ffmpeg does not accept its arguments.*$/, 'ffmpeg 不接受其参数，请查看 vireo doctor'],
  [/^ffmpeg could not be started$/, '无法启动 ffmpeg'],
  [/^ffmpeg was ended by (.+)$/, 'ffmpeg 被 $1 结束'],
  [/^the camera ended the connection before any picture$/, '摄像机在发送画面前断开了连接'],
  [/^the camera ended the connection$/, '摄像机断开了连接'],
  [
    /^the camera accepts the connection, but ends it.*$/,
    '摄像机接受连接后未发送数据就断开，是否应为 rtsps 或 http？',
  ],
  [/^the camera sends another picture size or profile$/, '摄像机改变了画面尺寸或编码'],
  [/^the camera's clock was set (.+); it is connected anew$/, '摄像机的时钟被调整（$1），正在重新连接'],
  [/^MP4 cannot hold (.+)$/, 'MP4 不能保存 $1'],
  [/^nothing came over UDP for (.+?);.*$/, '$1 内没有收到 UDP 数据，可能被防火墙拦截（transport: udp）'],
  [/^packets arrive, but none that can be decoded for (.+)$/, '收到数据，但 $1 内无法解码'],
]

/** Why a camera is as it is, in the language of the page; what is not known stays as the server says it. */
export function statusReason(said: string): string {
  if (language.value !== 'zh') return said
  const found = chinese.find(([pattern]) => pattern.test(said))
  return found ? said.replace(found[0], found[1]) : said
}
