import { dictionary } from '../text/dictionary.ts'

export const text = dictionary({
  en: {
    title: 'Sign in',
    name: 'Name',
    password: 'Password',
    show: 'Show the password',
    hide: 'Hide the password',
    submit: 'Sign in',
    firstTime:
      'Nobody has signed in yet. Name and password stand where vireo run was started, in its first lines. If they are lost: vireo user password admin.',
    wrong: 'The name or the password is wrong.',
    wait: (seconds: string) => `Too many attempts. Try again in ${seconds} s.`,
    busy: 'Many people sign in at once. Try again.',
    offline: 'The server does not answer. Try again.',
    unsafe: 'This connection is not encrypted: others in the network can read the password.',
  },
  zh: {
    title: '登录',
    name: '用户名',
    password: '密码',
    show: '显示密码',
    hide: '隐藏密码',
    submit: '登录',
    firstTime:
      '还没有人登录过。用户名和密码显示在启动 vireo run 时最初的几行输出中。如果丢失，请运行：vireo user password admin。',
    wrong: '用户名或密码错误。',
    wait: (seconds: string) => `尝试次数过多，请在 ${seconds} 秒后重试。`,
    busy: '同时登录的人太多，请重试。',
    offline: '服务器没有响应，请重试。',
    unsafe: '此连接未加密：网络中的其他人可以看到密码。',
  },
})
