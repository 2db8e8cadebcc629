import { dictionary } from '../text/dictionary.ts'

export const text = dictionary({
  en: {
    close: 'Close',
    undo: 'Undo',
    dismiss: 'Dismiss',
    messages: 'Messages',
    shortcuts: 'Keyboard shortcuts',
    shortcutsHere: 'On this page',
    shortcutsEverywhere: 'Everywhere',
    showShortcuts: 'Show this list',
  },
  zh: {
    close: '关闭',
    undo: '撤销',
    dismiss: '关闭提示',
    messages: '消息',
    shortcuts: '键盘快捷键',
    shortcutsHere: '本页面',
    shortcutsEverywhere: '所有页面',
    showShortcuts: '显示此列表',
  },
})
