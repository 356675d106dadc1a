/** A part that scrolls takes the keyboard's focus, but only while it has something to scroll to. For `{@attach reachableAs('…')}`. */
export const reachableAs =
  (label: string) =>
  (element: HTMLElement): (() => void) => {
    const look = () => {
      const scrolls = element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight;
      if (scrolls) {
        element.tabIndex = 0;
        element.setAttribute('role', 'group');
        element.setAttribute('aria-label', label);
      } else for (const name of ['tabindex', 'role', 'aria-label']) element.removeAttribute(name);
    };
    const observer = new ResizeObserver(look);
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  };

export const reachable = reachableAs('Table that scrolls');
