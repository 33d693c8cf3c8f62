namespace Capacity.Control;
/// <summary>stub</summary>
public sealed record LoopSettings { }
