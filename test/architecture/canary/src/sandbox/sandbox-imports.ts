import '../base/word.ts'
