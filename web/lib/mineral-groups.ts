/** Names of the groups that the catalogue sorts minerals into. */
const GROUP_TITLE: Record<string, string> = {
  'light-metal': 'Light metals',
  'minor-metal': 'Minor metals',
  'industrial-mineral': 'Industrial minerals',
  'ree-light': 'Light rare earths',
  'ree-heavy': 'Heavy rare earths',
  'ree-other': 'Scandium and yttrium',
  ree: 'Rare earths',
  'alkali-minor': 'Alkali metals',
  'refractory-alloy': 'Refractory and alloy metals',
  battery: 'Battery minerals',
  'base-metal': 'Base metals',
  pgm: 'Platinum-group metals',
  'energy-carbon': 'Energy and carbon',
  fertilizer: 'Fertilizers',
  precious: 'Precious metals',
};

export const groupTitle = (group: string): string => GROUP_TITLE[group] ?? group;
