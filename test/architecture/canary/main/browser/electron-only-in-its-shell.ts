import 'electron'
