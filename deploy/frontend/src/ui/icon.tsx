const DRAWN = {
  today: "M4 12l8-8 8 8M6 10v10h12V10M10 20v-6h4v6",
  students: "M12 11a4 4 0 100-8 4 4 0 000 8zM4 21c0-4 4-7 8-7s8 3 8 7",
  employers: "M4 21V6l8-3v18M12 9h8v12M4 21h16M7 9h2M7 13h2M7 17h2M15 13h2M15 17h2",
  offers: "M4 8h16v12H4zM9 8V5h6v3M4 13h16",
  placements: "M4 12l5 5L20 6",
  calls: "M21 12a8 8 0 01-12 7l-5 1 1-5a8 8 0 1116-3z",
  relations: "M12 21C5 15 3 12 3 8.500a4.500 4.500 0 019-1 4.500 4.500 0 019 1c0 3.500-2 6.500-9 12.500z",
  import: "M12 3v12M7 10l5 5 5-5M4 20h16",
  plan: "M4 20V4M4 20h16M8 16v-4M12 16V7M16 16v-6",
  closures: "M6 11h12v9H6zM8 11V8a4 4 0 018 0v3",
  more: "M4.200 12a.800.800 0 101.600 0 .800.800 0 10-1.600 0M11.200 12a.800.800 0 101.600 0 .800.800 0 10-1.600 0M18.200 12a.800.800 0 101.600 0 .800.800 0 10-1.600 0",
  help: "M12 21a9 9 0 110-18 9 9 0 010 18zM9.500 9.500a2.500 2.500 0 113.500 2.300c-.800.400-1 .900-1 1.700M12 17h.01",
  programmes: "M3 8l9-4 9 4-9 4zM7 10v5c0 1.500 2.500 3 5 3s5-1.500 5-3v-5",
  initiatives: "M12 3l2.500 5.500 6 .500-4.500 4 1.500 6-5.500-3.200L6.500 19 8 13 3.500 9l6-.500z",
  rounds: "M6 3h9l3 3v15H6zM9 10h6M9 14h6M9 18h4",
  leavers: "M14 4h5v16h-5M4 12h11M11 8l4 4-4 4",
  delegations: "M8 11a3 3 0 100-6 3 3 0 000 6zM2 20c0-3.500 2.500-6 6-6M14 12h7M18 9l3 3-3 3",
  portfolio: "M4 8h16v11H4zM9 8V5h6v3M4 13h6M14 13h6M10 12h4v3h-4z",
  tips: "M9 18h6M10 21h4M12 3a6 6 0 00-4 10.500c1 1 1 1.500 1 2.500h6c0-1 0-1.500 1-2.500A6 6 0 0012 3z",
};
export type IconName = keyof typeof DRAWN;

export const Icon = ({ name }: { name: IconName }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.800" stroke-linecap="round" stroke-linejoin="round">
    <path d={DRAWN[name]} />
  </svg>
);
