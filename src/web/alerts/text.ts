import { dictionary } from '../text/dictionary.ts'

export const text = dictionary({
  en: {
    title: 'Alerts',
    loading: 'Loading alerts…',
    none: 'No alerts yet.',
    list: 'Alerts, the newest first',
  },
  zh: {
    title: '警报',
    loading: '正在加载警报…',
    none: '还没有警报。',
    list: '警报，最新的在前',
  },
})
