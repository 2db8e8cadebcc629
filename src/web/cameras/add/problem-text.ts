import type { ApiProblem } from '../../api/client.ts'
import { dictionary } from '../../text/dictionary.ts'
import { language } from '../../text/language.ts'

type Names = Readonly<Record<string, string>>

const texts = dictionary({
  en: {
    CAMERA_UNAUTHORIZED:
      'The camera refuses this user and password. Check both; some cameras have users of their own for streams.',
    CAMERA_NOT_FOUND:
      'The camera answers and has no stream at this address. Check what stands after the host.',
  } as Names,
  zh: {
    CAMERA_UNREACHABLE: '连接不上摄像机。请检查地址、端口，以及摄像机是否开机。',
    CAMERA_UNAUTHORIZED: '摄像机拒绝此用户和密码。请检查两者；有些摄像机的码流使用单独的用户。',
    CAMERA_NOT_FOUND: '摄像机有应答，但此地址没有码流。请检查主机之后的部分。',
    CAMERA_BUSY: '摄像机正忙：观看者过多或带宽不足。请稍后重试。',
    CAMERA_TRANSPORT: '摄像机拒绝这种传输方式。请换另一种。',
    CAMERA_REFUSED: '摄像机拒绝了请求。',
    CAMERA_STALLED: '已连接，但没有收到画面。',
    CAMERA_PROTOCOL: '摄像机的应答无法理解。',
    CAMERA_URL: '地址有误。请按说明书检查。',
    MEDIA_NO_VIDEO: '收到的不是可识别的视频。',
    API_BAD_REQUEST: '地址有误：请给出以 rtsp、rtsps、http 或 https 开头的地址。',
    API_BUSY: '正在查看另一台摄像机。请稍后重试。',
    OFFLINE: '服务器没有应答。',
  },
})

/** What is said of a look at a camera that failed: a sentence, without the names of fields. */
export function problemText({ code, message }: ApiProblem): string {
  const known = texts.value[code]
  if (known !== undefined) return known
  const plain = message.replace(/^(url|login|transport): /, '')
  const sentence = plain.charAt(0).toUpperCase() + plain.slice(1)
  return language.value === 'zh' || /[.!?]$/.test(sentence) ? sentence : `${sentence}.`
}
