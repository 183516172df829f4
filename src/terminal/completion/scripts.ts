import type { SHELLS } from './suggest.ts';

export type Shell = (typeof SHELLS)[number];

/**
 * The completion of each shell. All three call `keyturn completion suggest` at each Tab, so a new option needs no new
 * script. The first line of its output is `words`, or tells the shell to complete file names.
 */
export const scripts: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for keyturn: put this into ~/.bashrc:  source <(keyturn completion bash)
_keyturn() {
  local kind line current=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  {
    IFS= read -r kind
    while IFS= read -r line; do COMPREPLY+=("$line"); done
  } < <(keyturn completion suggest --shell bash --line "\${COMP_LINE:0:COMP_POINT}" --word-breaks "$COMP_WORDBREAKS" 2>/dev/null)
  case $kind in
    files)
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
      ;;
    request-files)
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(
        compgen -f -X '!*.http' -- "$current"
        compgen -f -X '!*.rest' -- "$current"
        compgen -d -- "$current"
      )
      ;;
  esac
}
complete -F _keyturn keyturn
`,
  zsh: `#compdef keyturn
# zsh completion for keyturn: put this into ~/.zshrc, after compinit:  source <(keyturn completion zsh)
_keyturn() {
  local -a lines candidates
  lines=("\${(@f)$(keyturn completion suggest --shell zsh -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  case $lines[1] in
    files) _files ;;
    request-files) _files -g '*.(http|rest)' ;;
    words)
      candidates=("\${(@)lines[2,-1]}")
      _describe keyturn candidates
      ;;
  esac
}
if [[ $funcstack[1] == _keyturn ]]; then
  _keyturn "$@"
else
  compdef _keyturn keyturn
fi
`,
  fish: `# fish completion for keyturn: keyturn completion fish > ~/.config/fish/completions/keyturn.fish
function __keyturn_suggest
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    set -l lines (keyturn completion suggest --shell fish -- $words "$current" 2>/dev/null)
    switch "$lines[1]"
        case files
            __fish_complete_path "$current"
        case request-files
            __fish_complete_path "$current" | string match -r '^[^\\t]*(?:\\.http|\\.rest|/)(?:\\t.*)?$'
        case words
            set -e lines[1]
            printf '%s\\n' $lines
    end
end
complete -c keyturn -f -a '(__keyturn_suggest)'
`,
};
