use super::*;

#[test]
fn without_colour_no_colour_is_set() {
    let theme = Theme::new(false, false);
    let allowed = Modifier::BOLD | Modifier::DIM | Modifier::UNDERLINED;
    for style in roles(&theme) {
        assert!(style.fg.is_none() && style.bg.is_none(), "{style:?}");
        assert!(allowed.contains(style.add_modifier), "{style:?}");
    }
}

/// A colour of the cube or the grey ramp of 256.
fn rgb(color: Color) -> [f64; 3] {
    let Color::Indexed(index @ 16..) = color else { panic!("{color:?} is whatever the terminal says") };
    if index >= 232 {
        return [f64::from(8 + 10 * (u16::from(index) - 232)); 3];
    }
    let level = |step: u8| if step == 0 { 0.0 } else { 55.0 + 40.0 * f64::from(step) };
    let index = index - 16;
    [level(index / 36), level(index / 6 % 6), level(index % 6)]
}

/// Contrast ratio of two colours, 1 to 21: WCAG 2.2, "relative luminance" and "contrast ratio".
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let luminance = |rgb: [f64; 3]| {
        let linear = rgb.map(|value| {
            let share = value / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
    a.max(b) / a.min(b)
}

const WHITE: [f64; 3] = [255.0; 3];
const BLACK: [f64; 3] = [0.0; 3];
/// Solarized's light background, and a light grey.
const PALE: [[f64; 3]; 2] = [[253.0, 246.0, 227.0], [238.0; 3]];

fn roles(theme: &Theme) -> [Style; 13] {
    [
        theme.title,
        theme.border,
        theme.focused,
        theme.text,
        theme.dim,
        theme.ok,
        theme.warn,
        theme.critical,
        theme.bar,
        theme.over,
        theme.limit,
        theme.selected,
        theme.key,
    ]
}

#[test]
fn contrast_is_that_of_wcag() {
    assert!((contrast(WHITE, BLACK) - 21.0).abs() < 1e-9);
    assert!((contrast([119.0; 3], WHITE) - 4.48).abs() < 0.01, "#777 on white");
}

#[test]
fn the_light_theme_can_be_read_on_every_light_background() {
    for style in roles(&Theme::of(Palette::LIGHT, false)) {
        assert!(style.bg.is_none());
        for (color, ground) in
            style.fg.into_iter().flat_map(|fg| [WHITE, PALE[0], PALE[1]].map(|it| (fg, it)))
        {
            let ratio = contrast(rgb(color), ground);
            assert!(ratio >= 4.5, "{color:?} on {ground:?}: {ratio:.1}");
        }
    }
}

#[test]
fn high_contrast_is_high_on_any_background() {
    let theme = Theme::of(Palette::HIGH_CONTRAST, false);
    for style in roles(&theme).into_iter().filter(|style| *style != theme.over) {
        assert!(!style.add_modifier.contains(Modifier::DIM), "{style:?}");
        match (style.fg, style.bg) {
            (None, None) => {}
            (Some(fg), Some(bg)) => {
                let ratio = contrast(rgb(fg), rgb(bg));
                assert!(ratio >= 7.0, "{style:?}: {ratio:.1}");
            }
            _ => panic!("{style:?} depends on the background"),
        }
    }
    // A graph's bars are no text.
    let over = rgb(theme.over.fg.unwrap());
    assert!(contrast(over, BLACK) >= 3.0 && contrast(over, WHITE) >= 3.0);
}

#[test]
fn good_and_bad_differ_by_more_than_red_and_green() {
    for name in THEMES {
        let theme = Theme::of(Palette::named(name).unwrap(), false);
        for bad in [theme.warn, theme.critical] {
            assert!(bad.add_modifier.contains(Modifier::BOLD), "{name}");
            assert!(!theme.ok.add_modifier.contains(Modifier::BOLD), "{name}");
        }
    }
}

#[test]
fn a_chosen_colour_wins_over_a_themes_ground() {
    let mut palette = Palette::HIGH_CONTRAST;
    palette.set("critical", Color::LightRed);
    palette.set("warn", Color::LightBlue);
    let theme = Theme::of(palette, false);
    assert_eq!((theme.critical.fg, theme.critical.bg), (Some(Color::LightRed), None));
    assert_eq!((theme.warn.fg, theme.warn.bg), (Some(Color::LightBlue), None));
    assert_eq!(theme.over.fg, Some(Color::LightRed));
}

#[test]
fn ascii_is_ascii_whatever_comes() {
    let theme = Theme::new(true, true);
    assert!("…—▲►◆•━═→×↑▁▂▃▄▅▆▇█▏日é╭┼".chars().all(|c| theme.glyph(c).is_ascii()));
    assert_eq!(Theme::new(true, false).glyph('…'), '…');
}
