namespace Capacity.Sim.WhatIf;

/// <summary>A knob and what turning it does.</summary>
/// <param name="Knob">The setting.</param>
/// <param name="Turn">Gives the case with the setting at a value other than the configured one.</param>
internal sealed record KnobAction(Knob Knob, Func<WhatIfCase, double, WhatIfCase> Turn);
