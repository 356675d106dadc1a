/** Light, dark or the system's choice, kept in this browser. static/theme.js applies it before the first paint. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
export const THEME_TITLE: Record<Theme, string> = { system: 'As the system', light: 'Light', dark: 'Dark' };

const KEY = 'theme';

class ThemeState {
  current = $state<Theme>((document.documentElement.dataset.theme as Theme | undefined) ?? 'system');

  choose(theme: Theme): void {
    this.current = theme;
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      if (theme === 'system') localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // No storage allowed: the choice lasts as long as the page.
    }
  }
}

export const theme = new ThemeState();
