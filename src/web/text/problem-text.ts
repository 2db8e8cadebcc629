import { language } from './language.ts'

/** Codes whose sentence says all; what the server adds are names that the person has just given. */
const whole: Readonly<Record<string, string>> = {
  OFFLINE: '服务器没有响应。',
  API_FORBIDDEN: '您没有此权限，可请管理员授予。',
  AUTH_LOGIN: '用户名或密码错误。',
  AUTH_TOO_MANY: '登录尝试过多，请稍后再试。',
  AUTH_FORGED: '此更改不是由控制台发出的，已被拒绝。',
  AUTH_PASSWORD: '密码过短、过长或太容易猜到。',
  AUTH_NAME_TAKEN: '该名称已被用户或令牌使用。',
  AUTH_UNKNOWN: '没有这个用户、令牌或会话。',
  AUTH_LAST_ADMIN: '不能移除或更改最后一个管理员，请先添加另一个管理员。',
  AUTH_CONFIGURED: '该用户写在配置的 http.users 中，请在那里修改并重新启动。',
  CAMERA_UNREACHABLE: '摄像机没有响应，请检查地址、电源和网络。',
  CAMERA_UNAUTHORIZED: '摄像机拒绝了用户名或密码。',
  CAMERA_BUSY: '摄像机忙：带宽不足或观看者过多。',
  CAMERA_TRANSPORT: '摄像机拒绝该传输方式。',
  CAMERA_PROTOCOL: '摄像机发送的内容不符合协议。',
  CAMERA_STALLED: '已连接，但没有收到画面。',
}

/** Codes of many causes: the sentence, then what the server says, which names the place. */
const before: Readonly<Record<string, string>> = {
  CAMERA_NOT_FOUND: '没有这个摄像机或视频流',
  CAMERA_REFUSED: '摄像机返回错误',
  CAMERA_URL: '不支持该摄像机地址',
}

/** What a problem is in the language of the page, by its code; a code without a sentence is told as the server does. */
export function problemText(code: string, said: string): string {
  if (language.peek() !== 'zh') return said
  const sentence = whole[code]
  if (sentence !== undefined) return sentence
  return before[code] === undefined ? said : `${before[code]}：${said}`
}
